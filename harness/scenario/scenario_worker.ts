import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { HarnessError } from "./harness_error.ts";
import type { RunSuiteOptions, SuiteTask } from "./run_suite.ts";
import type { ScenarioResult } from "./scenario_result.ts";

/** What a worker is asked. */
export type WorkOrder = Pick<RunSuiteOptions, "seed" | "runs" | "path"> & {
  readonly task: SuiteTask;
};

/** How a worker is started. */
export interface ScenarioWorkerOptions {
  readonly workerArguments?: readonly string[];
  /** A command in front of the worker's own. */
  readonly launcher?: readonly string[];
}

/** A process that runs one scenario at a time; it ends with its disposal. */
export class ScenarioWorker implements Disposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  /** @param module path of a module that calls `serveScenarios` */
  constructor(module: string, options: ScenarioWorkerOptions = {}) {
    const { launcher = [], workerArguments = [] } = options;
    const [execPath = "", ...execArgv] = [...launcher, process.execPath, ...process.execArgv];
    this.#child = fork(module, workerArguments, { execPath, execArgv });
    this.#ended = once(this.#child, "exit").then(() => {
      throw new HarnessError("Cannot go on as a worker of the harness ended by itself");
    });
    this.#ended.catch(() => {});
  }

  /**
   * Runs one scenario in one world.
   *
   * @throws {HarnessError} when the process ends instead of answering
   */
  async run(order: WorkOrder): Promise<ScenarioResult> {
    this.#child.send(order);
    const answer = once(this.#child, "message");
    const [result] = (await Promise.race([answer, this.#ended])) as [ScenarioResult];
    return result;
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }
}
