/**
 * How a sweep hands its tasks to processes of their own.
 *
 * @module
 */

import { moduleBeside } from "../module_beside.ts";

/** The sweeps whose tasks run in several processes. */
export type ForkedSweep = "errno" | "fidelity" | "hostile";

/**
 * The worker of a sweep, as `mapInForks` starts it.
 *
 * @param options plain data: what a task needs besides its number
 */
export function sweepWorker(
  sweep: ForkedSweep,
  options: object,
): { readonly module: string; readonly args: readonly string[] } {
  return {
    module: moduleBeside("./sweep_worker", import.meta.url),
    args: [sweep, JSON.stringify(options)],
  };
}
