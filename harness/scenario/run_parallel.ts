import type { Subject } from "../../spec/mod.ts";
import { planSuite, type RunSuiteOptions, runTask, type SuiteTask } from "./run_suite.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioResult } from "./scenario_result.ts";
import { ScenarioWorker, type WorkOrder } from "./scenario_worker.ts";

/** Options of {@linkcode runParallel}. */
export interface RunParallelOptions extends RunSuiteOptions {
  /** Processes at a time. */
  readonly jobs: number;
  /** Path of a module that calls {@linkcode serveScenarios}. */
  readonly worker: string;
  /** @default {[]} */
  readonly workerArguments?: readonly string[];
  /** Program and arguments that the start of each process is put behind. @default {[]} */
  readonly launcher?: readonly string[];
}

/**
 * Runs scenarios in several processes. The cases, and so the results, are those of a run in one process:
 * each scenario's seed depends on nothing but the run's seed, its name and its world.
 *
 * @returns the results in the order of the plan
 */
export async function runParallel(
  scenarios: readonly Scenario[],
  options: RunParallelOptions,
): Promise<ScenarioResult[]> {
  const { worlds, only, shard, seed, runs, path, onResult } = options;
  const tasks = planSuite(scenarios, { worlds, shard, ...(only === undefined ? {} : { only }) });
  const results = new Map<SuiteTask, ScenarioResult>();
  const queue = [...tasks];
  const work = async (): Promise<void> => {
    using worker = new ScenarioWorker(options.worker, options);
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      const result = await worker.run({ task, seed, runs, path });
      results.set(task, result);
      onResult?.(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, tasks.length) }, work));
  return tasks.flatMap((task) => results.get(task) ?? []);
}

/** The other side of {@linkcode runParallel}: answers each order with a result until the parent is gone. */
export function serveScenarios(scenarios: readonly Scenario[], subject: Subject): void {
  process.on("message", (order: WorkOrder) => {
    runTask(scenarios, subject, order).then(
      (result) => process.send?.(result),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
}
