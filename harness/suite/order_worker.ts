import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { HarnessError } from "../errors.ts";
import { withoutSecrets } from "../redact_secrets.ts";
import { workerRuntime } from "./worker_runtime.ts";

/** How a shell in front of a worker ends when the worker was killed: 128 and SIGKILL. */
const KILLED_EXIT_CODE = 137;

/** A worker that somebody killed. */
export class WorkerKilled extends HarnessError {
  override readonly name = "WorkerKilled";

  constructor() {
    super("Cannot go on as a worker of the harness was killed");
  }
}

/** How a worker is started. */
export interface OrderWorkerOptions {
  readonly workerArguments?: readonly string[] | undefined;
  /** A command in front of the worker's own. */
  readonly launcher?: readonly string[] | undefined;
}

/** A process that carries out one order at a time; it ends with its disposal. Orders and answers are plain data. */
export class OrderWorker<Order extends object, Answer> implements Disposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<never>;

  /** @param module path of a module that calls `serveOrders` */
  constructor(module: string, options: OrderWorkerOptions = {}) {
    const { launcher = [], workerArguments = [] } = options;
    // A subject beside it can read its environment.
    const env = withoutSecrets(process.env);
    this.#child =
      launcher.length === 0
        ? fork(module, workerArguments, { env, execArgv: runtimeOptions() })
        : launch([...launcher, ...runtimeCommand(), module, ...workerArguments], env);
    this.#ended = once(this.#child, "exit").then(([code, signal]: unknown[]) => {
      if (signal === "SIGKILL" || code === KILLED_EXIT_CODE) throw new WorkerKilled();
      throw new HarnessError("Cannot go on as a worker of the harness ended by itself");
    });
    this.#ended.catch(() => {});
  }

  /**
   * Has one order carried out.
   *
   * @throws {HarnessError} when the process ends instead of answering
   */
  async carryOut(order: Order): Promise<Answer> {
    this.#child.send(order);
    const answer = once(this.#child, "message");
    const [value] = (await Promise.race([answer, this.#ended])) as [Answer];
    return value;
  }

  [Symbol.dispose](): void {
    // A launcher that waits for its own child would pass any other signal over.
    this.#child.kill("SIGKILL");
  }
}

/** What `fork` does, which starts only a runtime itself: Deno puts its own words before those that it is given. */
function launch([program = "", ...args]: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(program, args, { env, stdio: ["inherit", "inherit", "inherit", "ipc"] });
}

function runtimeCommand(): string[] {
  const own = "deno" in process.versions ? ["run", "--allow-all"] : runtimeOptions();
  return [process.execPath, ...own];
}

function runtimeOptions(): string[] {
  return workerRuntime(process.execArgv, process.versions);
}
