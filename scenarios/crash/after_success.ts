/**
 * The machine stops after a download resolved, or after an update of its model began: every disk that can be left.
 *
 * Invariants checked:
 * - After success every file and the marker are there with the right bytes, and no weights of another version.
 * - As long as an update has changed nothing at a final path, the same holds for the version before.
 * - `status` and `verify` say complete.
 */
import { scenario } from "../../harness/mod.ts";
import { anyCrashRun, type CrashRun, recordCrashRun } from "./any_crash_run.ts";
import { judgeCrashes, LOSSES } from "./judge_crashes.ts";

export const afterSuccess = scenario<{ readonly run: CrashRun }>({
  name: "crash/after_success",
  covers: ["DUR-SUCCESS"],
  goals: [LOSSES],
  worlds: ["memory", "process"],
  weight: 0.06,
  given: { run: anyCrashRun(["fresh", "update", "resumed"]) },
  async check({ run }, world, verdict) {
    const crash = await recordCrashRun(world, run);
    await judgeCrashes(world, verdict, {
      requirements: ["DUR-SUCCESS"],
      crash,
      promises: ["after", "before"],
      asks: { recovery: false },
      askedMax: 8,
      exhaustiveMax: 64,
      samples: 4,
      seed: run.seed,
    });
  },
});
