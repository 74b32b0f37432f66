/**
 * The machine stops at any moment of a download, an update or a removal.
 *
 * Invariants checked:
 * - The marker is absent, the old one or the new one, byte for byte.
 * - Where it is there, every file that it names is there with the hash that it states.
 */
import { scenario } from "../../harness/mod.ts";
import { anyCrashRun, type CrashRun, recordCrashRun } from "./any_crash_run.ts";
import { judgeCrashes, LOSSES } from "./judge_crashes.ts";

export const wholeMarkers = scenario<{ readonly run: CrashRun }>({
  name: "crash/whole_markers",
  covers: ["DUR-OLD-OR-NEW", "MARK-TRUE"],
  goals: [LOSSES],
  worlds: ["memory", "process"],
  weight: 0.08,
  given: { run: anyCrashRun(["fresh", "update", "resumed", "removal"]) },
  async check({ run }, world, verdict) {
    const crash = await recordCrashRun(world, run);
    await judgeCrashes(world, verdict, {
      requirements: ["DUR-OLD-OR-NEW", "MARK-TRUE"],
      crash,
      asks: { marker: true, answers: false, recovery: false },
      exhaustiveMax: 128,
      samples: 8,
      seed: run.seed,
    });
  },
});
