/** Ranges that may wait in memory for their turn, over all files. */
const BUFFERS_MAX = 24;

/** Buffers for ranges that wait for their turn: used again and again, so that memory stays what it is. */
export class RangeBuffers {
  readonly #spare: Uint8Array[] = [];
  #made = 0;

  /** A buffer of a length that is the same for a whole download, or undefined when all are in use. */
  tryAcquire(sizeBytes: number): Uint8Array | undefined {
    const spare = this.#spare.pop();
    if (spare !== undefined || this.#made === BUFFERS_MAX) return spare;
    this.#made++;
    return new Uint8Array(sizeBytes);
  }

  release(buffer: Uint8Array): void {
    this.#spare.push(buffer);
  }
}
