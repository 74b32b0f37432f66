const BUFFER_BYTES = 64 * 1024;

/** Two buffers that take turns: one is written, the other is filled. */
export type BufferPair = [Uint8Array, Uint8Array];

/** Buffers of transfers that write: used again and again, so that memory stays what it is. */
export class WriteBuffers {
  readonly #spare: BufferPair[] = [];

  /** A pair for one transfer. @param pieceBytes the same for a whole download */
  acquire(pieceBytes: number | undefined): BufferPair {
    const sizeBytes = pieceBytes ?? BUFFER_BYTES;
    return this.#spare.pop() ?? [new Uint8Array(sizeBytes), new Uint8Array(sizeBytes)];
  }

  release(pair: BufferPair): void {
    this.#spare.push(pair);
  }
}
