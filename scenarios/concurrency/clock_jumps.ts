/**
 * Two processes download one model at once while the wall clock is set, by seconds or by years, forward or back.
 *
 * Invariants checked:
 * - Both succeed, the model is intact, and no more is transferred than where the clock is not set.
 */
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { judgeSameEnd } from "./judge_same_end.ts";

const YEAR_MS = 365 * 86_400_000;

export const clockJumps = scenario({
  name: "concurrency/clock_jumps",
  covers: ["DL-CLOCK-JUMP"],
  given: {
    model: anySmallModel({ weightBytesMax: 200 }),
    clockJumps: fc.array(
      fc.record(
        {
          afterMs: fc.integer({ min: 1, max: 15_000 }),
          byMs: fc.constantFrom(16_000, -16_000, 3_600_000, -3_600_000, YEAR_MS, -YEAR_MS),
        },
        { noNullPrototype: true },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
  async check({ model, clockJumps: jumps }, world, verdict) {
    await judgeSameEnd(world, verdict, {
      id: "DL-CLOCK-JUMP",
      repositories: { calm: "mlx-community/ClockRuns", disturbed: "mlx-community/ClockJumps" },
      files: model.files,
      start: (isDisturbed) => {
        const options = isDisturbed ? { clockJumps: jumps } : {};
        return [world.start(options), world.start(options)];
      },
    });
  },
});
