/**
 * What the newest versions of clients make of the kept replays.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import {
  clientCache,
  newestVersion,
  type Replay,
  type ReplayOutcome,
  subjectAt,
  VERSIONED_CLIENTS,
  type VersionedClient,
} from "../../../harness/internal.ts";
import type { ConformContext } from "../conform_context.ts";
import { saysVersion } from "../judge/judge.ts";
import { playProgram } from "../replay/play_program.ts";
import { resolveSubject } from "../resolve_subject.ts";
import type { Trophy } from "./read_trophies.ts";

/** What one replay came to. */
export interface Played {
  /** The newest version on that day. */
  readonly version: string;
  /** Of another failure than the replay's: "fails otherwise". The newest may be the version that the replay is of. */
  readonly outcome: ReplayOutcome["outcome"] | "fails otherwise" | "own version";
  readonly on: string;
}

/** By the name of a replay's file. */
export type PlayedReplays = Readonly<Record<string, Played>>;

/** Reads what was noted before; nothing where there is nothing. @throws {RangeError} when it is not JSON */
export async function readPlayed(path: string): Promise<PlayedReplays> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
  try {
    return JSON.parse(text) as PlayedReplays;
  } catch (cause) {
    throw new RangeError(`Cannot read ${path}: it is not JSON`, { cause });
  }
}

/**
 * Plays each trophy against the newest version of its client, which it installs. A replay of the newest version is not played:
 * the run that wrote it showed it.
 *
 * @returns what came of each, by file; what could not be installed is absent, and `context` has the reason
 */
export async function playTrophies(
  trophies: readonly Trophy[],
  context: ConformContext,
): Promise<PlayedReplays> {
  const on = new Date().toISOString().slice(0, 10);
  const newest = new Map<VersionedClient, string>();
  const played: Record<string, Played> = {};
  for (const { replay, upstream, file } of trophies) {
    const name = upstream.clients[replay.subject.name];
    const client = VERSIONED_CLIENTS.find((one) => one.name === name);
    if (client === undefined) continue;
    try {
      const version = newest.get(client) ?? (await newestVersion(client));
      newest.set(client, version);
      const isOwn = saysVersion(replay.subject.version, version);
      const outcome = isOwn ? "own version" : await playOn(replay, { client, version, context });
      played[file] = { version, outcome, on };
      context.writeErr(`${file}: ${outcome} in ${client.name} ${version}\n`);
    } catch (error) {
      context.writeErr(`${file}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  return played;
}

async function playOn(
  replay: Replay,
  options: {
    readonly client: VersionedClient;
    readonly version: string;
    readonly context: ConformContext;
  },
): Promise<Played["outcome"]> {
  const { client, version, context } = options;
  const { installSubject } =
    await import("../../../harness/subjects/installing/install_subject.ts");
  const known = subjectAt(client, version);
  const { outcome, detail } = await installSubject(known, clientCache(process.env));
  if (outcome === "failed") throw new Error(`${known.name} cannot be installed here: ${detail}`);
  const subject = await resolveSubject({ subject: known.name, worlds: ["process"] });
  if ("fault" in subject) throw new Error(subject.fault);
  const { play } = await playProgram(replay, { subject, worker: context.worker });
  const isOther = play.outcome.outcome === "breaks" && !play.outcome.isSameFailure;
  return isOther ? "fails otherwise" : play.outcome.outcome;
}
