import type { Subject } from "../../spec/mod.ts";
import type { Miniature } from "../miniatures/miniature.ts";
import { HarnessError } from "../errors.ts";
import { type MiniatureResult, runMiniature, type RunMiniatureOptions } from "./run_miniature.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { orderFromWorkers, serveOrders } from "./worker_pool.ts";

/** What a worker is asked. */
type MiniatureOrder = Omit<RunMiniatureOptions, "subject"> & { readonly miniature: string };

/** Options of {@linkcode runMiniatures}. */
export interface RunMiniaturesOptions extends Omit<RunMiniatureOptions, "subject"> {
  /** Processes at a time. */
  readonly jobs: number;
  /** Path of a module that calls {@linkcode serveMiniatures}. */
  readonly worker: string;
  readonly onResult?: (result: MiniatureResult) => void;
}

/**
 * Runs miniatures in several processes.
 *
 * @returns the results in the order of the miniatures
 */
export async function runMiniatures(
  miniatures: readonly Miniature[],
  options: RunMiniaturesOptions,
): Promise<MiniatureResult[]> {
  const { jobs, worker, onResult, ...how } = options;
  const orders = miniatures.map(({ name }): MiniatureOrder => ({ ...how, miniature: name }));
  return orderFromWorkers(orders, { jobs, worker, onAnswer: onResult });
}

/** The other side of {@linkcode runMiniatures}: runs each miniature that is named until the parent is gone. */
export function serveMiniatures(
  miniatures: readonly Miniature[],
  options: { readonly scenarios: readonly Scenario[]; readonly subject: Subject },
): void {
  const { scenarios, subject } = options;
  serveOrders(async ({ miniature: name, ...how }: MiniatureOrder) => {
    const miniature = miniatures.find((one) => one.name === name);
    if (miniature === undefined)
      throw new HarnessError(`Cannot run miniature "${name}": there is no such miniature`);
    return runMiniature(miniature, scenarios, { ...how, subject });
  });
}
