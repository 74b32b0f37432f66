import { throwIfAborted, waitOrAbort } from "../../cancellation.ts";

/** Bounds how many transfers run at once; first come, first served. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Takes a slot if one is free and no other transfer waits for it. */
  tryAcquire(): boolean {
    if (this.#free === 0 || this.#waiting.length > 0) return false;
    this.#free--;
    return true;
  }

  /** Waits for a slot. @throws {ModelError} as {@linkcode throwIfAborted} */
  async acquire(signal: AbortSignal): Promise<void> {
    if (this.tryAcquire()) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
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

  release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
