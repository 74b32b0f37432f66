import type { Clock } from "../../spec/mod.ts";
import { elapsedMs } from "./elapsed_ms.ts";

/** Slower than this is not a line: a modem of 1994 is twice as fast. */
const BYTES_PER_SECOND_MIN = 1024;
/** Long enough for any pause of a working line, in milliseconds. */
const WINDOW_MS_MIN = 300_000;
/** A window has room for so many limits of a caller who waits longer for one byte. */
const STALLS_IN_WINDOW = 10;
/** What a finished answer counts besides its bytes: many small files are slow over a long way, and no attack. */
const ANSWER_BYTES = 1024;

/**
 * Notices that all transfers of a task together hardly move: less than 1 KiB/s over five minutes in which at least
 * one of them was under way, or over ten times the time limit for one byte, where that is longer: `DL-SPEED-FLOOR`.
 *
 * A machine that slept counts as if it had waited for one byte.
 */
export class SpeedFloor {
  readonly windowMs: number;
  readonly #clock: Clock;
  readonly #stepMsMax: number;
  #lastMs: number;
  #spentMs = 0;
  #bytes = 0;
  #active = 0;

  constructor(clock: Clock, options: { readonly stallTimeoutMs: number }) {
    this.#clock = clock;
    this.#stepMsMax = options.stallTimeoutMs;
    this.windowMs = Math.max(WINDOW_MS_MIN, STALLS_IN_WINDOW * options.stallTimeoutMs);
    this.#lastMs = elapsedMs(clock);
  }

  /** Notes that a transfer begins. */
  enter(): void {
    this.#tick();
    this.#active++;
  }

  /** Notes that a transfer has ended. */
  leave(): void {
    this.#tick();
    this.#active--;
  }

  /** Notes that bytes arrived. */
  moved(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes >= this.#bytesMin) this.#begin();
  }

  /** Notes that an answer arrived whole. */
  finished(): void {
    this.moved(ANSWER_BYTES);
  }

  /** How long it may still take until enough has arrived, in milliseconds; 0 or less: it was too slow. */
  leftMs(): number {
    this.#tick();
    return this.windowMs - this.#spentMs;
  }

  get #bytesMin(): number {
    return (BYTES_PER_SECOND_MIN * this.windowMs) / 1000;
  }

  #begin(): void {
    this.#bytes = 0;
    this.#spentMs = 0;
    this.#lastMs = elapsedMs(this.#clock);
  }

  #tick(): void {
    const nowMs = elapsedMs(this.#clock);
    const stepMs = Math.min(Math.max(0, nowMs - this.#lastMs), this.#stepMsMax);
    if (this.#active > 0) this.#spentMs += stepMs;
    this.#lastMs = nowMs;
  }
}
