import { elapsedMs } from "./elapsed_ms.ts";
import type { Clock } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import type { SpeedFloor } from "./speed_floor.ts";

/** Why the watch over a transfer ends with it; made once, since an error is made with its stack. */
const FINISHED = new Error("The transfer has ended");

/**
 * Aborts a transfer when nothing arrived for a whole time limit, when its deadline has come, or when all transfers of
 * its task together hardly move.
 *
 * One sleeper watches the transfer, instead of a timer for each chunk.
 */
export class StallGuard implements Disposable {
  readonly #clock: Clock;
  readonly #stallTimeoutMs: number;
  readonly #deadlineMs: number;
  readonly #controller = new AbortController();
  readonly #done = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #onOuterAbort: () => void;
  readonly #floor: SpeedFloor;
  /** Who waits for something of this transfer. */
  readonly #waiting = new Set<(reason: unknown) => void>();
  #isTooSlow = false;
  #isDone = false;
  #lastMs: number;

  constructor(
    clock: Clock,
    options: {
      readonly stallTimeoutMs: number;
      /** When it ends although something arrives, by the clock. @default {never} */
      readonly deadlineMs?: number | undefined;
      readonly signal?: AbortSignal | undefined;
      readonly floor: SpeedFloor;
    },
  ) {
    this.#clock = clock;
    this.#deadlineMs = options.deadlineMs ?? Number.POSITIVE_INFINITY;
    this.#stallTimeoutMs = Math.min(options.stallTimeoutMs, this.#deadlineMs - elapsedMs(clock));
    this.#floor = options.floor;
    this.#floor.enter();
    this.#outer = options.signal;
    this.#lastMs = elapsedMs(clock);
    this.#onOuterAbort = () => this.#abort(this.#outer?.reason);
    if (this.#outer?.aborted) this.#onOuterAbort();
    this.#outer?.addEventListener("abort", this.#onOuterAbort, { once: true });
    void this.#watch();
  }

  /** Fires when the caller cancels, and with a `timeout` error when nothing arrives. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it aborted since too little arrived for minutes, so that another attempt would not help. */
  get isTooSlow(): boolean {
    return this.#isTooSlow;
  }

  /**
   * Waits for a promise, but not after the signal fires: a port that ignores its signal must not hold up a cancel.
   *
   * @throws the signal's reason when it fires first
   */
  async wait<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#controller;
    const { promise: either, resolve, reject } = Promise.withResolvers<T>();
    // A listener of the signal for each chunk would take longer than the chunk.
    this.#waiting.add(reject);
    promise.then(resolve, reject);
    if (signal.aborted) reject(signal.reason);
    try {
      return await either;
    } finally {
      this.#waiting.delete(reject);
    }
  }

  /** Notes that something arrived: so many bytes of a body, or none for the head of an answer. */
  moved(bytes = 0): void {
    this.#lastMs = elapsedMs(this.#clock);
    this.#floor.moved(bytes);
  }

  [Symbol.dispose](): void {
    if (!this.#isDone) this.#floor.leave();
    this.#isDone = true;
    this.#outer?.removeEventListener("abort", this.#onOuterAbort);
    this.#done.abort(FINISHED);
    // Whatever still holds the connection lets go of it.
    if (!this.#controller.signal.aborted) this.#abort(this.#done.signal.reason);
  }

  #abort(reason: unknown): void {
    this.#controller.abort(reason);
    for (const reject of this.#waiting) reject(reason);
  }

  async #watch(): Promise<void> {
    for (let leftMs = this.#leftMs(); leftMs > 0; leftMs = this.#leftMs()) {
      try {
        await this.#clock.sleep(leftMs, this.#done.signal);
      } catch {
        // The only thing that ends this sleep early is the end of the transfer.
        return;
      }
    }
    this.#isTooSlow = this.#floor.leftMs() <= 0;
    if (this.#isTooSlow) {
      this.#abort(
        new ModelError(
          "timeout",
          `Download stopped: less than 1 KiB/s arrived for ${Math.round(this.#floor.windowMs / 1000)} s; check the network and retry the command to resume`,
        ),
      );
      return;
    }
    const seconds = Math.max(1, Math.round(this.#stallTimeoutMs / 1000));
    this.#abort(
      new ModelError(
        "timeout",
        `Download stalled: no data received for ${seconds} s; check the network and retry the command`,
      ),
    );
  }

  #leftMs(): number {
    const nowMs = elapsedMs(this.#clock);
    const stallMs = Math.min(this.#lastMs + this.#stallTimeoutMs, this.#deadlineMs) - nowMs;
    return Math.min(stallMs, this.#floor.leftMs());
  }
}
