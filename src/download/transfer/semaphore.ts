import { throwIfAborted, waitOrAbort } from "../../cancellation.ts";

/** Bounds how many transfers run at once; first come, first served. */
export class Semaphore {
  #count: number;
  #taken = 0;
  #wasFull = false;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** How many slots are taken. */
  get taken(): number {
    return this.#taken;
  }

  /** Changes how many slots there are; who has one beyond the new number keeps it until it is done. */
  resize(count: number): void {
    this.#count = count;
    this.#handOver();
  }

  /** Whether more slots would have been taken since this was asked last, had there been more. */
  takeWasFull(): boolean {
    const was = this.#wasFull || this.#waiting.length > 0;
    this.#wasFull = false;
    return was;
  }

  /** Takes a slot if one is free and no other transfer waits for it. */
  tryAcquire(): boolean {
    if (this.#taken >= this.#count || this.#waiting.length > 0) {
      this.#wasFull = true;
      return false;
    }
    this.#taken++;
    return true;
  }

  /** Waits for a slot. @throws {ModelError} as {@linkcode throwIfAborted} */
  async acquire(signal: AbortSignal): Promise<void> {
    if (!this.tryAcquire()) await this.#wait(signal, "last");
  }

  async #wait(signal: AbortSignal, place: "first" | "last"): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (place === "first") this.#waiting.unshift(resolve);
    else this.#waiting.push(resolve);
    try {
      await waitOrAbort(promise, signal);
    } catch (error) {
      const at = this.#waiting.indexOf(resolve);
      // A slot that was handed over in the same moment goes on to the next in line.
      if (at === -1) this.release();
      else this.#waiting.splice(at, 1);
      throwIfAborted(signal);
      throw error;
    }
  }

  /**
   * For who has a slot: gives it back and waits for another, the first in line, where there are fewer now than are taken.
   * It has a slot afterwards in any case.
   *
   * @throws {ModelError} as {@linkcode throwIfAborted}
   */
  async giveWay(signal: AbortSignal): Promise<void> {
    if (this.#taken <= this.#count) return;
    this.release();
    try {
      await this.#wait(signal, "first");
    } catch (error) {
      this.#taken++;
      throw error;
    }
  }

  release(): void {
    this.#taken--;
    this.#handOver();
  }

  #handOver(): void {
    while (this.#taken < this.#count) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#taken++;
      next();
    }
  }
}
