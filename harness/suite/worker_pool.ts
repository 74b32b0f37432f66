import { OrderWorker, type OrderWorkerOptions } from "./order_worker.ts";

/** Options of {@linkcode orderFromWorkers}. */
export interface WorkerPoolOptions<Answer> extends OrderWorkerOptions {
  /** Processes at a time. */
  readonly jobs: number;
  /** Path of a module that calls {@linkcode serveOrders}. */
  readonly worker: string;
  readonly onAnswer?: ((answer: Answer) => void) | undefined;
}

/**
 * Has orders carried out by several processes, each one order at a time. Orders and answers are plain data.
 *
 * @returns the answers in the order of the orders
 * @throws {HarnessError} when a process ends by itself
 */
export async function orderFromWorkers<Order extends object, Answer>(
  orders: readonly Order[],
  options: WorkerPoolOptions<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  const queue = [...orders.entries()];
  const work = async (): Promise<void> => {
    using worker = new OrderWorker<Order, Answer>(options.worker, options);
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [at, order] = next;
      const answer = await worker.carryOut(order);
      answers[at] = answer;
      options.onAnswer?.(answer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, orders.length) }, work));
  return answers;
}

/** The other side of {@linkcode orderFromWorkers}: carries out each order until the parent is gone. */
export function serveOrders<Order, Answer>(carryOut: (order: Order) => Promise<Answer>): void {
  process.on("message", (order: Order) => {
    carryOut(order).then(
      (answer) => process.send?.(answer),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
      },
    );
  });
  process.on("disconnect", () => process.exit(0));
}
