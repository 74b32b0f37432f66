/**
 * A process that runs tasks of the sweep in its first argument, with the options in its second, as its parent orders.
 *
 * @module
 */

import { serveForks } from "../../../harness/internal.ts";
import type { ForkedSweep } from "./sweep_order.ts";

const [sweep, options = "{}"] = process.argv.slice(2);
const given = JSON.parse(options);

/** Each loads its own sweep only. */
const TASKS: Readonly<Record<ForkedSweep, (index: number) => Promise<unknown>>> = {
  errno: async (index) => (await import("./errno_sweep.ts")).runErrnoTask(given, index),
  fidelity: async (index) => (await import("./fidelity_sweep.ts")).runFidelityTask(given, index),
  hostile: async (index) => (await import("./hostile_sweep.ts")).runHostileTask(given, index),
};

serveForks(TASKS[sweep as ForkedSweep]);
