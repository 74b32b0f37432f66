import { performance } from "node:perf_hooks";
import { Worker } from "node:worker_threads";

/** Time that may still be spent, in milliseconds; each use takes from it. */
export interface TimeBudget {
  leftMs: number;
}

/** How a piece of work ended. */
export type WorkOutcome =
  | { readonly kind: "done"; readonly value: unknown }
  /** It did not end within its time, or took more memory than it may; the thread was ended. */
  | { readonly kind: "time" }
  | { readonly kind: "memory" }
  | { readonly kind: "failed"; readonly why: string };

/** Options of {@linkcode Thread.run}. */
export interface WorkOptions {
  readonly budget: TimeBudget;
  readonly signal?: AbortSignal | undefined;
}

/** What a thread sends: that it is ready, or the answer to the last piece of work. */
export type ThreadMessage =
  | { readonly kind: "ready" }
  | Extract<WorkOutcome, { readonly kind: "done" | "failed" }>;

/** Young objects of one piece of work; the old ones are what counts. */
const YOUNG_MIB = 64;
const HEAP_FACTOR = 4;
/** How often the memory of the process is looked at while a thread works, in milliseconds. */
const LOOK_MS = 25;
/** On a machine that is busy with other things, to load the code takes a while. */
const START_MS_MAX = 60_000;

/**
 * A thread that does one piece of work after the other, each within a time and all within a limit of memory, and that
 * can be ended at any moment: for code that works on what a stranger wrote.
 */
export class Thread {
  readonly #worker: Worker;
  readonly #ready: Promise<WorkOutcome | undefined>;
  readonly #bytesMax: number;
  #end: WorkOutcome | undefined;
  #settle: ((outcome: WorkOutcome) => void) | undefined;

  /** @param url the thread's code, which answers each message with a {@linkcode ThreadMessage} */
  constructor(url: URL, options: { readonly heapMiB: number }) {
    this.#bytesMax = options.heapMiB * 1024 * 1024;
    this.#worker = new Worker(url, {
      // What Node.js warns of is not the user's doing.
      env: { ...process.env, NODE_NO_WARNINGS: "1" },
      // At the limit of its heap a thread can take the whole process with it, so the watch must strike before.
      resourceLimits: {
        maxOldGenerationSizeMb: HEAP_FACTOR * options.heapMiB,
        maxYoungGenerationSizeMb: YOUNG_MIB,
      },
    });
    let isReady: (outcome: WorkOutcome | undefined) => void = () => undefined;
    this.#ready = new Promise((resolve) => {
      isReady = resolve;
    });
    const ended = (outcome: WorkOutcome) => {
      this.#end ??= outcome;
      isReady(this.#end);
      this.#settle?.(this.#end);
    };
    this.#worker.on("message", (message: ThreadMessage) => {
      if (message.kind === "ready") isReady(undefined);
      else this.#settle?.(message);
    });
    this.#worker.on("error", (error: NodeJS.ErrnoException) => {
      const isMemory = error.code === "ERR_WORKER_OUT_OF_MEMORY";
      ended(isMemory ? { kind: "memory" } : { kind: "failed", why: error.message });
    });
    this.#worker.on("exit", () => ended({ kind: "failed", why: "its thread ended" }));
    // A thread that nobody waits for must not keep the process alive.
    this.#worker.unref();
  }

  /** Whether it has ended and does nothing more. */
  get isEnded(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Does one piece of work; the next may begin when this one has ended.
   *
   * @throws the signal's reason, when it fires first; the thread is ended then
   */
  async run(work: unknown, options: WorkOptions): Promise<WorkOutcome> {
    const { budget, signal } = options;
    signal?.throwIfAborted();
    this.#worker.ref();
    try {
      const failure = await this.#within(this.#ready, { limitMs: START_MS_MAX, signal });
      if (failure !== undefined) return failure;
      const beganMs = performance.now();
      const answer = new Promise<WorkOutcome>((resolve) => {
        this.#settle = resolve;
      });
      this.#worker.postMessage(work);
      const outcome = await this.#within(answer, { limitMs: Math.max(0, budget.leftMs), signal });
      budget.leftMs -= performance.now() - beganMs;
      return outcome;
    } finally {
      this.#settle = undefined;
      this.#worker.unref();
    }
  }

  /** Ends the thread, in the middle of its work too. */
  async close(): Promise<void> {
    this.#end ??= { kind: "failed", why: "its thread was ended" };
    // The promise below is only kept while the process runs.
    this.#worker.ref();
    await this.#worker.terminate();
  }

  async #within<T>(
    promise: Promise<T>,
    options: { readonly limitMs: number; readonly signal: AbortSignal | undefined },
  ): Promise<T | Stopped> {
    const { limitMs, signal } = options;
    let timer: NodeJS.Timeout | undefined;
    let look: NodeJS.Timeout | undefined;
    const startBytes = process.memoryUsage.rss();
    let stop: (() => void) | undefined;
    const limits = new Promise<Stopped>((resolve, reject) => {
      look = setInterval(() => {
        if (process.memoryUsage.rss() - startBytes > this.#bytesMax) resolve({ kind: "memory" });
      }, LOOK_MS);
      timer = setTimeout(() => resolve({ kind: "time" }), limitMs);
      stop = () => reject(signal?.reason as unknown);
      if (signal?.aborted === true) stop();
      signal?.addEventListener("abort", stop, { once: true });
    });
    try {
      const first = await Promise.race([promise, limits]);
      if (isStopped(first)) void this.close();
      return first;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(look);
      if (stop !== undefined) signal?.removeEventListener("abort", stop);
    }
  }
}

/** Why work was stopped from outside. */
interface Stopped {
  readonly kind: "time" | "memory";
}

function isStopped(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return value.kind === "time" || value.kind === "memory";
}
