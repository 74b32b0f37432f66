/**
 * The machine stops around a download into the hub's own cache, an update of it, or a download that goes on after a kill.
 *
 * Invariants checked:
 * - What a snapshot's paths lead to is right or absent, and after success the whole snapshot and its branch are there.
 * - The branch is the old commit or the new one, byte for byte.
 * - The next download finishes by itself and leaves no content that is of no version; the one after it changes nothing.
 * - Contents, links and the branch are synced before success, each with its directory.
 */
import { unsyncedPlacement } from "../../harness/internal.ts";
import { scenario } from "../../harness/mod.ts";
import { anyCrashRun, type CrashRun, recordCrashRun } from "./any_crash_run.ts";
import { judgeCrashes, LOSSES } from "./judge_crashes.ts";

const REQUIREMENTS = ["DUR-SUCCESS", "DUR-STATES", "DUR-OLD-OR-NEW", "DUR-RECOVERY"] as const;

export const cachedModel = scenario<{ readonly run: CrashRun }>({
  name: "crash/cached_model",
  covers: [...REQUIREMENTS, "DUR-CORE"],
  goals: [LOSSES],
  // How a program's cache is laid out is its own affair, beyond what is read of it.
  worlds: ["memory"],
  weight: 0.08,
  given: {
    run: anyCrashRun(["fresh", "update", "resumed"], ["hf-cache"]),
  },
  async check({ run }, world, verdict) {
    const crash = await recordCrashRun(world, run);
    const lacking = unsyncedPlacement(crash);
    verdict.holds("DUR-CORE", lacking === undefined, () => `${lacking}`);
    await judgeCrashes(world, verdict, {
      requirements: REQUIREMENTS,
      crash,
      askedMax: 3,
      exhaustiveMax: 32,
      samples: 2,
      seed: run.seed,
    });
  },
});
