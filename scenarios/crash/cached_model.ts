/**
 * The machine stops around a download into the hub's own cache, an update of it, or a download that goes on after a kill.
 *
 * Invariants checked:
 * - What a snapshot's paths lead to is right or absent, and after success the whole snapshot and its branch are there.
 * - The branch is the old commit or the new one, byte for byte.
 * - The next download finishes by itself and leaves no content that is of no version; the one after it changes nothing.
 * - Contents, links and the branch are synced before success, each with its directory.
 */
import fc from "fast-check";
import { unsyncedPlacement } from "../../harness/internal.ts";
import { scenario } from "../../harness/mod.ts";
import { anyCrashRun, type CrashRun, recordCrashRun } from "./any_crash_run.ts";
import { judgeCrashes, LOSSES } from "./judge_crashes.ts";

const REQUIREMENTS = [
  "DUR-SUCCESS",
  "DUR-STATES",
  "DUR-OLD-OR-NEW",
  "DUR-RECOVERY",
  "DUR-CORE",
] as const;

export const cachedModel = scenario<{
  readonly run: CrashRun;
  readonly requirement: (typeof REQUIREMENTS)[number];
}>({
  name: "crash/cached_model",
  covers: REQUIREMENTS,
  goals: [LOSSES],
  // How a program's cache is laid out is its own affair, beyond what is read of it.
  worlds: ["memory"],
  weight: 0.25,
  given: {
    run: anyCrashRun(["fresh", "update", "resumed"], ["hf-cache"]),
    requirement: fc.constantFrom(...REQUIREMENTS),
  },
  async check({ run, requirement }, world, verdict) {
    const crash = await recordCrashRun(world, run);
    if (requirement === "DUR-CORE") {
      const lacking = unsyncedPlacement(crash);
      verdict.holds("DUR-CORE", lacking === undefined, () => String(lacking));
      return;
    }
    const isRecovery = requirement === "DUR-RECOVERY";
    await judgeCrashes(world, verdict, {
      requirements: [requirement],
      crash,
      asks: isRecovery ? { look: false, answers: false } : { recovery: false },
      askedMax: isRecovery ? 4 : 8,
      exhaustiveMax: 64,
      samples: 4,
      seed: run.seed,
    });
  },
});
