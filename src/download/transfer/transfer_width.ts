import type { Clock } from "../../../spec/mod.ts";
import { elapsedMs } from "../../hub/elapsed_ms.ts";
import { Semaphore } from "./semaphore.ts";

/** Transfers at a time when a download begins. */
const WIDTH_START = 8;
/** Transfers at a time, at most; a hub counts requests by minutes, and this many connections of one address are usual. */
export const WIDTH_MAX = 48;
/** How long a width is looked at, in milliseconds. */
const WINDOW_MS = 250;
/** More transfers must bring so many times as much. */
const GROWTH = 1.1;
/** Windows without growth after which more transfers are of no use. */
const FLAT_WINDOWS = 2;
/** Windows after which it is tried again whether more would bring more: 10 s. */
const STEADY_WINDOWS = 40;
/** How much wider the new trial is. */
const TRIAL = 1.5;
/** What a finished answer counts besides its bytes: of small files it is the requests that take the time. */
const ANSWER_BYTES = 32 * 1024;
/** Refusals within this time are one, in milliseconds: they come from all transfers at once. */
const STRAIN_MS = 1_000;

/** The length of the first ranges, in bytes. */
const RANGE_BYTES_START = 512 * 1024;
const RANGE_BYTES_MIN = 256 * 1024;
/** Length of one range of a large file, in bytes, at most. */
export const RANGE_BYTES_MAX = 4 * 1024 * 1024;
/** A range is to take so long, in milliseconds: then its slot can go to another file. */
const RANGE_MS = 1_000;

/** How it is known how many transfers serve. */
export interface TransferWidthOptions {
  /** Transfers at a time, where the caller says. @default {found out} */
  readonly fixed?: number | undefined;
}

/**
 * Bounds how many transfers run at once, over files and ranges together, and finds out how many serve: it begins with
 * eight, doubles while that brings more, goes back where it does not, and halves where the server refuses or connections
 * break. Of the slots at most half go to small files as long as there are large ones, so that neither waits for the other.
 */
export class TransferWidth {
  /** Every transfer takes one. */
  readonly slots: Semaphore;
  /** A small file takes one of these first. */
  readonly smallSlots: Semaphore;
  readonly #clock: Clock;
  readonly #isFixed: boolean;
  #width: number;
  #hasLarge = true;
  #windowMs: number;
  #score = 0;
  #bytes = 0;
  #rangeBytes = RANGE_BYTES_START;
  #best = { rate: 0, width: 0 };
  #isTrying = true;
  #flat = 0;
  #steady = 0;
  #strainedMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, { fixed }: TransferWidthOptions = {}) {
    this.#clock = clock;
    this.#isFixed = fixed !== undefined;
    this.#width = fixed ?? WIDTH_START;
    this.slots = new Semaphore(this.#width);
    this.smallSlots = new Semaphore(this.#smallWidth());
    this.#windowMs = elapsedMs(clock);
  }

  /** Transfers at a time now. */
  get width(): number {
    return this.#width;
  }

  /** How long the next range should be, in bytes: what one transfer brings in a second, within limits. */
  get rangeBytes(): number {
    return this.#rangeBytes;
  }

  /** Notes that no large file is left, so that small ones may have all slots. */
  largeDone(): void {
    this.#hasLarge = false;
    this.smallSlots.resize(this.#smallWidth());
  }

  /** Notes that bytes arrived. */
  moved(bytes: number): void {
    this.#bytes += bytes;
    this.#count(bytes);
  }

  /** Notes that an answer arrived whole. */
  finished(): void {
    this.#count(ANSWER_BYTES);
  }

  /** Notes that the server refuses for now, or that a connection broke. */
  strained(): void {
    const nowMs = elapsedMs(this.#clock);
    if (this.#isFixed || nowMs - this.#strainedMs < STRAIN_MS) return;
    this.#strainedMs = nowMs;
    this.#settle(Math.max(1, this.#width >> 1));
    this.#begin(nowMs);
  }

  /** Waits, with a slot given back meanwhile, while more are taken than there are. @throws {ModelError} when it is cancelled */
  giveWay(signal: AbortSignal): Promise<void> {
    return this.slots.giveWay(signal);
  }

  #count(bytes: number): void {
    this.#score += bytes;
    const nowMs = elapsedMs(this.#clock);
    const spentMs = nowMs - this.#windowMs;
    if (spentMs < WINDOW_MS) return;
    const transfers = Math.max(1, this.slots.taken);
    const each = ((this.#bytes / spentMs) * RANGE_MS) / transfers;
    // One window may be an odd one.
    const next = Math.floor((this.#rangeBytes + each) / 2);
    this.#rangeBytes = Math.min(RANGE_BYTES_MAX, Math.max(RANGE_BYTES_MIN, next));
    if (!this.#isFixed) this.#judge(this.#score / spentMs);
    this.#begin(nowMs);
  }

  #begin(nowMs: number): void {
    this.#windowMs = nowMs;
    this.#score = 0;
    this.#bytes = 0;
  }

  #judge(rate: number): void {
    // Where no transfer waited for a slot, more slots would have changed nothing; small files wait for their own.
    const wereFull = [this.slots.takeWasFull(), this.smallSlots.takeWasFull()];
    if (!wereFull.includes(true)) return;
    if (!this.#isTrying) {
      this.#steady++;
      if (this.#steady < STEADY_WINDOWS || this.#width === WIDTH_MAX) return;
      this.#best = { rate, width: this.#width };
      this.#isTrying = true;
      this.#flat = 0;
      this.#resize(Math.ceil(this.#width * TRIAL));
    } else if (rate > this.#best.rate * GROWTH) {
      this.#best = { rate, width: this.#width };
      this.#flat = 0;
      this.#resize(this.#width * 2);
    } else {
      this.#flat++;
      if (this.#flat >= FLAT_WINDOWS) this.#settle(this.#best.width);
    }
  }

  #settle(width: number): void {
    this.#isTrying = false;
    this.#steady = 0;
    this.#resize(width);
  }

  #resize(width: number): void {
    this.#width = Math.min(WIDTH_MAX, width);
    this.slots.resize(this.#width);
    this.smallSlots.resize(this.#smallWidth());
  }

  #smallWidth(): number {
    return this.#hasLarge ? Math.max(1, this.#width >> 1) : this.#width;
  }
}
