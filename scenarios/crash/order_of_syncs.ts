/**
 * The disk is watched while a model is downloaded, updated or finished, also what a killed process did of it before.
 *
 * Invariants checked:
 * - Each file and the marker are synced before they get their final name.
 * - The directory is synced after that and before success.
 */
import { unsyncedPlacement } from "../../harness/internal.ts";
import { scenario } from "../../harness/mod.ts";
import { anyCrashRun, type CrashRun, recordCrashRun } from "./any_crash_run.ts";

export const orderOfSyncs = scenario<{ readonly run: CrashRun }>({
  name: "crash/order_of_syncs",
  covers: ["DUR-CORE"],
  worlds: ["memory", "process"],
  given: { run: anyCrashRun(["fresh", "update", "resumed", "resumed"]) },
  async check({ run }, world, verdict) {
    const crash = await recordCrashRun(world, run, "mlx-community/Order-of-Syncs");
    const lacking = unsyncedPlacement(crash);
    verdict.holds("DUR-CORE", lacking === undefined, () => String(lacking));
  },
});
