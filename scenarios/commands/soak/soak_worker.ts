/**
 * A process that plays batches of a soak on the reference, and says which branches of our code each ran for the first time in it.
 *
 * @module
 */

import { runTask, serveOrders, type WorkOrder } from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import { NovelCoverage } from "../fuzz/novel_coverage.ts";

/** What a batch came to. */
export interface BatchAnswer {
  readonly result: ScenarioResult;
  /** Names of branches that this process had not run before. */
  readonly branches: readonly string[];
}

const coverage = process.argv.includes("--guided") ? new NovelCoverage() : undefined;

serveOrders(async (order: WorkOrder): Promise<BatchAnswer> => {
  const result = await runTask(scenarios, reference, order);
  return { result, branches: coverage?.takeNew() ?? [] };
});
