/**
 * Replay files: failures that were written down, and the corpus of those that are kept.
 *
 * @module
 */

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { dirname, join, relative } from "node:path";
import type { Subject } from "../../spec/mod.ts";
import {
  formatReplay,
  parseReplay,
  type Replay,
  replayFileName,
  replayOf,
} from "../../harness/internal.ts";
import type { ScenarioResult } from "../../harness/mod.ts";
import { environmentSecrets } from "./environment_secrets.ts";
import { suiteVersion } from "./suite_version.ts";

/** Where failures are written when the command line does not say. */
export const REPLAYS_DIRECTORY = join(".mlx-conform", "replays");

/**
 * Writes the failure of a scenario into a directory, which it makes, without the secrets of the environment.
 *
 * @returns the path of the file, or undefined when there is nothing to write
 */
export async function writeReplay(
  result: ScenarioResult,
  options: {
    readonly directory: string;
    readonly subject: Pick<Subject, "name" | "version">;
  },
): Promise<string | undefined> {
  const replay = replayFor(result, options.subject);
  if (replay === undefined) return undefined;
  await mkdir(options.directory, { recursive: true });
  const path = join(options.directory, replayFileName(replay));
  await writeFile(path, formatReplay(replay, environmentSecrets()));
  return path;
}

/** The replay of a failure that was found on this machine; undefined when there is nothing to replay. */
export function replayFor(
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
 * @throws {RangeError} when it cannot be read or is none
 */
export async function readReplay(path: string): Promise<Replay> {
  try {
    return parseReplay(await readFile(path, "utf8"), path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(why.startsWith("Cannot") ? why : `Cannot read "${path}": ${why}`, {
      cause,
    });
  }
}

/** A kept replay. */
export interface KeptReplay {
  /** Name of its file. */
  readonly name: string;
  readonly replay: Replay;
}

/**
 * Every kept replay, in the order of names. They lie among the sources, also where the suite is built.
 *
 * @param directory for a corpus of one's own
 */
export async function readCorpus(directory = corpusDirectory()): Promise<KeptReplay[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".json")).toSorted();
  return Promise.all(
    names.map(async (name) => ({ name, replay: await readReplay(join(directory, name)) })),
  );
}

function corpusDirectory(): string {
  const top = dirname(findPackageJSON(import.meta.url) ?? ".");
  return relative(process.cwd(), join(top, "scenarios", "corpus")) || ".";
}
