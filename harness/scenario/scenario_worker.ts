import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { HarnessError } from "./harness_error.ts";
import type { RunSuiteOptions, SuiteTask } from "./run_suite.ts";
import type { ScenarioResult } from "./scenario_result.ts";

/** What a worker is asked. */
export type WorkOrder = Pick<RunSuiteOptions, "seed" | "runs" | "path"> & {
  readonly task: SuiteTask;
};

/** A process that runs one scenario at a time; it ends with its disposal. */
export class ScenarioWorker implements Disposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  /** @param module path of a module that calls `serveScenarios` */
  constructor(module: string) {
    this.#child = fork(module, { execArgv: process.execArgv });
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
