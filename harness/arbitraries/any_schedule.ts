import fc from "fast-check";
import type { Schedule } from "../worlds/call_scheduler.ts";
import { anySteps } from "./any_steps.ts";

/** What a drawn schedule must be. */
export interface ScheduleOptions {
  /** About how many calls the processes make all in all. @default {400} */
  readonly callsMax?: number;
}

/**
 * Draws in which order the calls of several tasks go on: a few places where another one goes first. It shrinks to no
 * such place at all.
 *
 * It stands in for `fc.scheduler`, whose order cannot be written to a file, does not shrink, and fits no run that
 * makes one call more or less than the one that it was recorded from.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anySchedule } from "mlx-conform/internal";
 *
 * const schedules = fc.sample(anySchedule({ callsMax: 10 }), 20);
 * assert.ok(schedules.flat().every(({ atCall }) => atCall >= 1 && atCall <= 10));
 * ```
 */
export function anySchedule(options: ScheduleOptions = {}): fc.Arbitrary<Schedule> {
  const { callsMax = 400 } = options;
  const preemption = fc.record(
    {
      atCall: fc.oneof(
        fc.integer({ min: 1, max: callsMax }),
        // Early, where tasks meet at a lock, more often than an even draw would.
        fc.integer({ min: 1, max: Math.min(40, callsMax) }),
      ),
      pick: fc.integer({ min: 1, max: 3 }),
    },
    { noNullPrototype: true },
  );
  return anySteps(preemption, { maxLength: 12 });
}
