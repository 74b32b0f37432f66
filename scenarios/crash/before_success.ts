/**
 * The machine stops while a download, an update, a resumed download or a removal is under way.
 *
 * Invariants checked:
 * - Each final path is right, of one version or the other, or absent.
 * - `status` and `verify` say complete only of a version that is whole; `check` calls loadable only weights and a
 *   `config.json` of one version.
 */
import { scenario } from "../../harness/mod.ts";
import { anyCrashRun, type CrashRun, recordCrashRun } from "./any_crash_run.ts";
import { judgeCrashes, LOSSES } from "./judge_crashes.ts";

export const beforeSuccess = scenario<{ readonly run: CrashRun }>({
  name: "crash/before_success",
  covers: ["DUR-STATES"],
  goals: [LOSSES],
  worlds: ["memory", "process"],
  weight: 0.08,
  given: { run: anyCrashRun(["fresh", "update", "update", "resumed", "removal"]) },
  async check({ run }, world, verdict) {
    const crash = await recordCrashRun(world, run);
    await judgeCrashes(world, verdict, {
      requirements: ["DUR-STATES"],
      crash,
      promises: ["none"],
      asks: { recovery: false },
      askedMax: 10,
      exhaustiveMax: 64,
      samples: 4,
      seed: run.seed,
    });
  },
});
