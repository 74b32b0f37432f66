import { elapsedMs } from "./elapsed_ms.ts";
import type { Clock } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

/** Why the watch over a transfer ends with it; made once, since an error is made with its stack. */
const FINISHED = new Error("The transfer has ended");

/**
 * Aborts a transfer when nothing arrived for a whole time limit, or when its deadline has come.
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
  #lastMs: number;

  constructor(
    clock: Clock,
    options: {
      readonly stallTimeoutMs: number;
      /** When it ends although something arrives, by the clock. @default {never} */
      readonly deadlineMs?: number | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ) {
    this.#clock = clock;
    this.#deadlineMs = options.deadlineMs ?? Number.POSITIVE_INFINITY;
    this.#stallTimeoutMs = Math.min(options.stallTimeoutMs, this.#deadlineMs - elapsedMs(clock));
    this.#outer = options.signal;
    this.#lastMs = elapsedMs(clock);
    this.#onOuterAbort = () => this.#controller.abort(this.#outer?.reason);
    if (this.#outer?.aborted) this.#onOuterAbort();
    this.#outer?.addEventListener("abort", this.#onOuterAbort, { once: true });
    void this.#watch();
  }

  /** Fires when the caller cancels, and with a `timeout` error when nothing arrives. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Notes that something arrived. */
  moved(): void {
    this.#lastMs = elapsedMs(this.#clock);
  }

  [Symbol.dispose](): void {
    this.#outer?.removeEventListener("abort", this.#onOuterAbort);
    this.#done.abort(FINISHED);
    // Whatever still holds the connection lets go of it.
    if (!this.#controller.signal.aborted) this.#controller.abort(this.#done.signal.reason);
  }

  async #watch(): Promise<void> {
    for (let leftMs = this.#stallTimeoutMs; leftMs > 0; leftMs = this.#leftMs()) {
      try {
        await this.#clock.sleep(leftMs, this.#done.signal);
      } catch {
        // The only thing that ends this sleep early is the end of the transfer.
        return;
      }
    }
    const seconds = Math.max(1, Math.round(this.#stallTimeoutMs / 1000));
    this.#controller.abort(
      new ModelError(
        "timeout",
        `Download stalled: no data received for ${seconds} s; check the network and retry the command`,
      ),
    );
  }

  #leftMs(): number {
    return Math.min(this.#lastMs + this.#stallTimeoutMs, this.#deadlineMs) - elapsedMs(this.#clock);
  }
}
