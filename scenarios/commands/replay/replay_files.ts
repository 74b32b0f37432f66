/**
 * Replay files: failures that were written down, and the corpus of those that are kept.
 *
 * @module
 */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Subject } from "../../../spec/mod.ts";
import {
  type Replay,
  formatReplay,
  parseReplay,
  replayFileName,
  replayOf,
} from "../../../harness/internal.ts";
import { HarnessError, type ScenarioResult } from "../../../harness/mod.ts";
import { environmentSecrets } from "../environment_secrets.ts";
import { packageDirectory } from "../package_directory.ts";
import { suiteVersion } from "../suite_version.ts";

/** A replay with the name and the text of its file. */
export interface ReplayFile {
  readonly name: string;
  /** Without the secrets of the environment. */
  readonly content: string;
  readonly replay: Replay;
}

/** The replay file of a failure that was found on this machine; undefined when there is nothing to replay. */
export function replayFileFor(
  result: ScenarioResult,
  subject: Pick<Subject, "name" | "version">,
): ReplayFile | undefined {
  const replay = replayFor(result, subject);
  if (replay === undefined) return undefined;
  const content = formatReplay(replay, environmentSecrets());
  return { name: replayFileName(replay), content, replay };
}

/**
 * Writes a replay file into a directory, which it makes.
 *
 * @returns its path
 */
export async function writeReplayFile(file: ReplayFile, directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, file.name);
  await writeFile(path, file.content);
  return path;
}

function replayFor(
  result: ScenarioResult,
  { name, version }: Pick<Subject, "name" | "version">,
): Replay | undefined {
  return replayOf(result, {
    suite: suiteVersion(),
    subject: { name, version },
    environment: {
      runtime: `node ${process.version}`,
      platform: process.platform,
      architecture: process.arch,
    },
  });
}

/**
 * Reads a replay file.
 *
 * @throws {RangeError} when it cannot be read or is not a replay file
 */
export async function readReplay(path: string): Promise<Replay> {
  try {
    return parseReplay(await readFile(path, "utf8"), path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = cause instanceof HarnessError ? why : `Cannot read "${path}": ${why}`;
    throw new RangeError(message, { cause });
  }
}

/** A kept replay. */
export interface KeptReplay {
  /** Name of its file. */
  readonly name: string;
  readonly replay: Replay;
}

/**
 * Every kept replay, in the order of names. They are among the sources, also where the suite is built.
 *
 * @param directory of another corpus
 */
export async function readCorpus(directory = corpusDirectory()): Promise<KeptReplay[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(
    names.map(async (name) => ({ name, replay: await readReplay(join(directory, name)) })),
  );
}

function corpusDirectory(): string {
  return relative(process.cwd(), join(packageDirectory(), "scenarios", "corpus")) || ".";
}
