import type { Subject } from "../../spec/mod.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { WorldKind } from "../worlds/world.ts";
import { type TraceEvent, WorldTrace } from "../worlds/world_trace.ts";
import type { Replay } from "./replay.ts";
import { type ReplayOutcome, runReplay } from "./run_replay.ts";

/** What a worker is asked that is to play a replay once; plain data. */
export interface ReplayOrder {
  readonly replay: Replay;
  readonly world: WorldKind;
}

/** What a worker answers to that; plain data. */
export interface ReplayPlay {
  readonly outcome: ReplayOutcome;
  /** What happened in the world. */
  readonly events: readonly TraceEvent[];
}

/**
 * Plays a replay once, and notes what happens.
 *
 * @throws {RangeError} when there is no such scenario, or it has no such world
 * @throws {HarnessError} when the case cannot be read
 */
export async function playReplay(
  { replay, world }: ReplayOrder,
  { scenarios, subject }: { readonly scenarios: readonly Scenario[]; readonly subject: Subject },
): Promise<ReplayPlay> {
  const trace = new WorldTrace();
  const outcome = await runReplay(replay, { scenarios, subject, world, trace });
  return { outcome, events: trace.events };
}
