/**
 * The machine stops, a new process downloads, and the machine stops again during that.
 *
 * Invariants checked:
 * - The next download finishes by itself, and so does the one after a second crash.
 * - It leaves the model, its metadata and its marker, and nothing else; the one after it changes and fetches nothing.
 */
import { scenario } from "../../harness/mod.ts";
import { anyCrashRun, type CrashRun, recordCrashRun } from "./any_crash_run.ts";
import { judgeCrashes, LOSSES } from "./judge_crashes.ts";

export const crashAgain = scenario<{ readonly run: CrashRun }>({
  name: "crash/crash_again",
  covers: ["DUR-RECOVERY"],
  goals: [LOSSES],
  worlds: ["memory", "process"],
  weight: 0.05,
  given: { run: anyCrashRun(["fresh", "update", "resumed", "removal"]) },
  async check({ run }, world, verdict) {
    const crash = await recordCrashRun(world, run);
    await judgeCrashes(world, verdict, {
      requirements: ["DUR-RECOVERY"],
      crash,
      asks: { look: false, answers: false },
      askedMax: 4,
      exhaustiveMax: 64,
      samples: 4,
      seed: run.seed,
      again: {
        profile: run.seed % 2 === 0 ? "kill" : "weak",
        exhaustiveMax: 8,
        samples: 1,
        askedMax: 3,
      },
      recoveriesMax: 2,
    });
  },
});
