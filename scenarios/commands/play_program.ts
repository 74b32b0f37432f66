/**
 * Plays replays against programs, in world "process".
 *
 * @module
 */

import {
  OrderWorker,
  playableReplay,
  type Replay,
  type ReplayOrder,
  type ReplayPlay,
  replayTries,
  type ReplayTries,
} from "../../harness/internal.ts";
import { scenarios } from "../mod.ts";
import type { ResolvedSubject } from "./resolve_subject.ts";

/** How often a replay is played against a program before it counts as not shown again. */
export const PROGRAM_TRIES = 3;

/** How a replay is played against a program. */
export interface PlayProgramOptions {
  /** Who is judged, as it was summoned for world "process". */
  readonly accused: Pick<ResolvedSubject, "workers">;
  /** Path of the module that judges in a process of its own. */
  readonly worker: string;
  /** @default {PROGRAM_TRIES} */
  readonly triesMax?: number | undefined;
}

/**
 * Plays a replay against a program until it shows its failure again, in a process that is bound as those of a run are.
 *
 * @throws {RangeError} when there is no such scenario, or it cannot be played with programs
 * @throws {HarnessError} when the case cannot be read, or the process that judges ends by itself
 */
export async function playProgram(
  replay: Replay,
  { accused, worker, triesMax = PROGRAM_TRIES }: PlayProgramOptions,
): Promise<ReplayTries<ReplayPlay>> {
  const world = "process";
  playableReplay(replay, { scenarios, world });
  using judge = new OrderWorker<ReplayOrder, ReplayPlay>(worker, accused.workers);
  return await replayTries(() => judge.carryOut({ replay, world }), { triesMax });
}
