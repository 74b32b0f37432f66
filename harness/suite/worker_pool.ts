import { fork } from "node:child_process";
import { once } from "node:events";
import { HarnessError } from "../errors.ts";
import { OrderWorker, type OrderWorkerOptions, WorkerKilled } from "./order_worker.ts";
import { keepCompiled, workerRuntime } from "./worker_runtime.ts";

/** Options of {@linkcode orderFromWorkers}. */
export interface WorkerPoolOptions<Answer> extends OrderWorkerOptions {
  /** Processes at a time. */
  readonly jobs: number;
  /** Path of a module that calls {@linkcode serveOrders}. */
  readonly worker: string;
  readonly onAnswer?: ((answer: Answer) => void) | undefined;
  /** Called with the place of each order when a process takes it. */
  readonly onStart?: ((at: number) => void) | undefined;
  /** Ends the work: what was not answered by then is not answered. @default {nothing does} */
  readonly signal?: AbortSignal | undefined;
}

/** What becomes of an order whose process was killed. */
export interface LostOrders<Order, Answer> {
  /** @default {the whole fails} */
  readonly onLost?: ((order: Order) => Answer) | undefined;
}

/** What an order comes to whose process was ended by the signal. */
const STOPPED = Symbol("stopped");

/**
 * Has orders carried out by several processes, each one order at a time. Orders and answers are plain data.
 *
 * @returns the answers in the order of the orders; only those that came before the signal
 * @throws {HarnessError} when a process ends by itself
 */
export async function orderFromWorkers<Order extends object, Answer>(
  orders: readonly Order[],
  options: WorkerPoolOptions<Answer> & LostOrders<Order, Answer>,
): Promise<Answer[]> {
  const { signal } = options;
  const answers: Answer[] = [];
  const queue = [...orders.entries()];
  const stopped = new Promise<typeof STOPPED>((resolve) => {
    if (signal?.aborted === true) resolve(STOPPED);
    signal?.addEventListener("abort", () => resolve(STOPPED), { once: true });
  });
  const work = async (): Promise<void> => {
    using workers = new DisposableStack();
    let worker = workers.use(new OrderWorker<Order, Answer>(options.worker, options));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, order] = next;
      if (signal?.aborted === true) return;
      options.onStart?.(at);
      let answer: Answer | typeof STOPPED;
      try {
        answer = await Promise.race([worker.carryOut(order), stopped]);
      } catch (error) {
        if (options.onLost === undefined || !(error instanceof WorkerKilled)) throw error;
        answer = options.onLost(order);
        worker = workers.use(new OrderWorker<Order, Answer>(options.worker, options));
      }
      if (answer === STOPPED) return;
      answers[at] = answer;
      options.onAnswer?.(answer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, orders.length) }, work));
  // Without the places that have no answer.
  return Object.values(answers);
}

/** The other side of {@linkcode orderFromWorkers}: carries out each order until the parent is gone. */
export function serveOrders<Order, Answer>(carryOut: (order: Order) => Promise<Answer>): void {
  let isKept = false;
  process.on("message", (order: Order) => {
    carryOut(order).then(
      (answer) => {
        process.send?.(answer);
        if (!isKept) keepCompiled();
        isKept = true;
      },
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
  // A terminal interrupts the whole group: the parent decides what becomes of the work.
  process.on("SIGINT", () => {});
  // An exit in good order ends the programs that this process has started.
  process.on("SIGTERM", () => process.exit(1));
}

/** Options of {@linkcode mapInForks}. */
export interface MapInForksOptions<Result> {
  /** Path of a module that calls {@linkcode serveForks}. */
  readonly module: string;
  /** Arguments that the module is given. */
  readonly args?: readonly string[];
  /** Processes at a time. */
  readonly jobs: number;
  readonly onResult?: (result: Result, index: number) => void;
}

/**
 * Has numbers from 0 worked on by several processes: what each number means is the module's own affair, so that the
 * results are those of one process.
 *
 * @returns the results in the order of the numbers
 * @throws {HarnessError} when a process ends by itself or cannot do what it was asked
 */
export async function mapInForks<Result>(
  count: number,
  options: MapInForksOptions<Result>,
): Promise<Result[]> {
  const { module, args = [], jobs, onResult } = options;
  const results: Result[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const execArgv = workerRuntime(process.execArgv, process.versions);
    const child = fork(module, [...args], { execArgv });
    const ended = once(child, "exit").then(() => {
      throw new HarnessError("Cannot go on as a process of the harness ended by itself");
    });
    ended.catch(() => {});
    try {
      while (next < count) {
        const index = next++;
        child.send(index);
        const [answer] = (await Promise.race([once(child, "message"), ended])) as [Answer<Result>];
        if ("failure" in answer) throw new HarnessError(answer.failure);
        results[index] = answer.value;
        onResult?.(answer.value, index);
      }
    } finally {
      child.kill();
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, count) }, work));
  return results;
}

type Answer<Result> = { readonly value: Result } | { readonly failure: string };

/** The other side of {@linkcode mapInForks}: answers each number until the parent is gone. */
export function serveForks(action: (index: number) => Promise<unknown>): void {
  process.on("message", (index: number) => {
    action(index).then(
      (value) => process.send?.({ value }),
      (error: unknown) =>
        process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}
