import { EndlessCall } from "../errors.ts";
import type { Clock } from "../../spec/mod.ts";

/** Turns of the event loop without any activity after which nothing can be under way any more. */
const QUIET_TURNS = 4;
/** Simulated time after which a case is taken to go round in circles. */
const LIMIT_MS = 24 * 60 * 60 * 1000;

/** What the clock must know of the world around it. */
export interface SimulatedClockOptions {
  /** Start, in milliseconds since 1970. */
  readonly startMs: number;
  /** Whether any call to the disk or to the hub is under way that will end by itself. */
  readonly isBusy: () => boolean;
  /** A number that changes whenever anything happens. */
  readonly activity: () => number;
}

interface Sleeper {
  readonly wakeMs: number;
  readonly wake: () => void;
  readonly fail: (why: Error) => void;
}

/**
 * A clock on which nobody waits: time jumps to the next sleeper when nothing else can move.
 *
 * So a pause of minutes costs nothing, and a time limit never fires while real work is still under way.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { SimulatedClock } from "mlx-conform";
 *
 * const clock = new SimulatedClock({ startMs: 0, isBusy: () => false, activity: () => 0 });
 * await clock.sleep(3_600_000);
 * assert.equal(clock.now(), 3_600_000);
 * ```
 */
export class SimulatedClock implements Clock {
  readonly #options: SimulatedClockOptions;
  readonly #sleepers = new Set<Sleeper>();
  #nowMs: number;
  #isRunning = false;
  #failure: EndlessCall | undefined;

  constructor(options: SimulatedClockOptions) {
    this.#options = options;
    this.#nowMs = options.startMs;
  }

  /** Set when simulated time ran out: the case goes round in circles. */
  get failure(): EndlessCall | undefined {
    return this.#failure;
  }

  now(): number {
    return this.#nowMs;
  }

  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Who waits again would do so for ever, and at once each time.
    if (this.#failure !== undefined) return new Promise(() => {});
    const wakeMs = this.#nowMs + Math.max(0, durationMs);
    const sleeper: Sleeper = { wakeMs, wake: resolve, fail: reject };
    const onAbort = () => reject(signal?.reason);
    this.#sleepers.add(sleeper);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (!this.#isRunning) void this.#run();
    try {
      await promise;
    } finally {
      this.#sleepers.delete(sleeper);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Moves time forward by hand; sleepers that are due wake up. */
  advance(durationMs: number): void {
    this.#nowMs += durationMs;
    this.#wakeDue();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    let quietTurns = 0;
    let activity = this.#options.activity();
    while (this.#sleepers.size > 0 && this.#failure === undefined) {
      // A disk at work is given time; turning round meanwhile would only take it away from it.
      const isBusy = this.#options.isBusy();
      await new Promise((resolve) => (isBusy ? setTimeout(resolve, 1) : setImmediate(resolve)));
      const isQuiet = !this.#options.isBusy() && this.#options.activity() === activity;
      activity = this.#options.activity();
      quietTurns = isQuiet ? quietTurns + 1 : 0;
      if (quietTurns < QUIET_TURNS) continue;
      quietTurns = 0;
      this.#jump();
    }
    this.#isRunning = false;
  }

  #jump(): void {
    const next = Math.min(...[...this.#sleepers].map((sleeper) => sleeper.wakeMs));
    if (!Number.isFinite(next)) return;
    if (next - this.#options.startMs > LIMIT_MS) {
      // Whoever waits so long waits for ever: the subject's fault, as no scenario does.
      this.#failure = new EndlessCall(
        "no end: a day of simulated time has passed, and it waits on",
      );
      for (const sleeper of this.#sleepers) sleeper.fail(this.#failure);
      return;
    }
    this.#nowMs = Math.max(this.#nowMs, next);
    this.#wakeDue();
  }

  #wakeDue(): void {
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeMs > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}
