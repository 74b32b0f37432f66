/**
 * Plays replays against programs, in world "process".
 *
 * @module
 */

import {
  OrderWorker,
  type Replay,
  type ReplayOrder,
  type ReplayPlay,
  type ReplayTries,
  playableReplay,
  replayTries,
} from "../../../harness/internal.ts";
import { scenarios } from "../../mod.ts";
import { PROGRAM_TRIES } from "../command_defaults.ts";
import type { ResolvedSubject } from "../resolve_subject.ts";

/** How a replay is played against a program. */
export interface PlayProgramOptions {
  /** The program, resolved for world "process". */
  readonly subject: Pick<ResolvedSubject, "workers">;
  /** Path of the module that runs scenarios in a process of its own. */
  readonly worker: string;
  /** @default {PROGRAM_TRIES} */
  readonly triesMax?: number | undefined;
  /** Whether to note what happens. @default {false} */
  readonly isTraced?: boolean;
}

/**
 * Plays a replay against a program until it reproduces its failure, in a process that is restricted as those of a run are.
 *
 * @throws {RangeError} when there is no such scenario, or it cannot be played with programs
 * @throws {HarnessError} when the case cannot be read, or the worker ends by itself
 */
export async function playProgram(
  replay: Replay,
  { subject, worker, triesMax = PROGRAM_TRIES, isTraced }: PlayProgramOptions,
): Promise<ReplayTries<ReplayPlay>> {
  const world = "process";
  playableReplay(replay, { scenarios, world });
  using player = new OrderWorker<ReplayOrder, ReplayPlay>(worker, subject.workers);
  return await replayTries(() => player.carryOut({ replay, world, isTraced }), { triesMax });
}
