import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../../spec/mod.ts";
import { NotApplicable } from "../errors.ts";

/** Longest pause that anybody waits for, in milliseconds of real time. */
const PAUSE_MS_MAX = 10_000;
/** Longest pause of a subject that anybody waits for, in milliseconds of real time. */
const SUBJECT_PAUSE_MS_MAX = 15_000;
/** How long "later" takes: more than the grain of any disk's modification times. */
const LATER_MS = 1_100;

/**
 * The real clock, or one that runs a whole number of times as fast, as a subject may claim for its own.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RealClock } from "mlx-conform/internal";
 *
 * const clock = new RealClock({ startMs: Date.now(), speed: 1000 });
 * const beforeMs = clock.now();
 * await clock.sleep(1000);
 * assert.ok(clock.now() - beforeMs >= 1000);
 * ```
 */
export class RealClock implements Clock {
  readonly failure = undefined;
  /** Longest pause of a subject that anybody waits for, in milliseconds of this clock. */
  readonly patienceMs: number;
  readonly #startMs: number;
  readonly #speed: number;
  #later: Promise<void> = Promise.resolve();

  /** @param options `startMs`: the moment, in milliseconds since 1970, at which it shows the real time */
  constructor(options: { readonly startMs: number; readonly speed: number }) {
    this.#startMs = options.startMs;
    this.#speed = options.speed;
    this.patienceMs = SUBJECT_PAUSE_MS_MAX * options.speed;
  }

  now(): number {
    return Math.round(this.#startMs + (Date.now() - this.#startMs) * this.#speed);
  }

  /** @throws {NotApplicable} when nobody would wait so long */
  async sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    const realMs = durationMs / this.#speed;
    if (realMs > PAUSE_MS_MAX)
      throw new NotApplicable(`nobody waits ${Math.round(realMs / 1000)} s for a real clock`);
    try {
      // A timer may fire a millisecond early.
      await delay(Math.ceil(realMs) + 1, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error;
    }
  }

  /** Lets some time pass before the next operation: what was asked for, or enough to be later. */
  advance(durationMs: number): void {
    const realMs = Math.min(LATER_MS, durationMs / this.#speed);
    const wait = delay(realMs);
    this.#later = this.#later.then(() => wait);
  }

  /** Resolves when the time that was advanced has passed. */
  passed(): Promise<void> {
    return this.#later;
  }
}
