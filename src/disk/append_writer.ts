import type { OpenFile } from "../../spec/mod.ts";

/** Most bytes that are written in one call; as many may wait meanwhile. */
const BUFFER_BYTES = 512 * 1024;

/** What is written to. */
export type AppendTarget = Pick<OpenFile, "write" | "pieceBytes">;

/** Options of {@linkcode AppendWriter}. */
export interface AppendWriterOptions {
  /** The most that will ever come, where that is known. */
  readonly sizeBytesMax?: number | undefined;
  /** Two buffers of one length, lent until everything is flushed. @default {its own} */
  readonly buffers?: readonly [Uint8Array, Uint8Array] | undefined;
}

/**
 * Writes chunks to the end of a file while the next ones arrive.
 *
 * Two buffers take turns: one is being written, the other is being filled. So many small chunks cost few calls,
 * nothing that arrived waits longer than one write, and memory does not grow with the speed of the sender.
 */
export class AppendWriter {
  readonly #file: AppendTarget;
  #position: number;
  readonly #bufferBytes: number;
  /** Made when a chunk is to wait: many files come in one that does not. */
  #buffers: readonly [Uint8Array, Uint8Array] | undefined;
  #filledBytes = 0;
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(file: AppendTarget, position: number, options: AppendWriterOptions = {}) {
    this.#file = file;
    this.#position = position;
    const pieceBytes = file.pieceBytes ?? BUFFER_BYTES;
    this.#buffers = options.buffers;
    this.#bufferBytes =
      options.buffers?.[0].length ??
      Math.max(1, Math.min(pieceBytes, options.sizeBytesMax ?? pieceBytes));
  }

  /**
   * Takes a copy of a chunk, and waits only when the disk is behind. A chunk that would fill a buffer is written as it is,
   * and waited for.
   *
   * @throws the disk's error, of this or of an earlier write
   */
  async append(chunk: Uint8Array): Promise<void> {
    if (chunk.length >= this.#bufferBytes) {
      await this.#writeThrough(chunk);
      return;
    }
    this.#buffers ??= [new Uint8Array(this.#bufferBytes), new Uint8Array(this.#bufferBytes)];
    for (let at = 0; at < chunk.length;) {
      this.#throwIfFailed();
      const count = Math.min(chunk.length - at, this.#bufferBytes - this.#filledBytes);
      // The two change places meanwhile.
      this.#buffers[0].set(chunk.subarray(at, at + count), this.#filledBytes);
      this.#filledBytes += count;
      at += count;
      this.#writing ??= this.#drain();
      if (this.#filledBytes === this.#bufferBytes) await this.#writing;
    }
  }

  /** Waits until everything taken so far is written. @throws the disk's error */
  async flush(): Promise<void> {
    await this.#writing;
    this.#throwIfFailed();
  }

  async #writeThrough(chunk: Uint8Array): Promise<void> {
    if (this.#writing !== undefined) await this.#writing;
    this.#throwIfFailed();
    const pieceBytes = this.#file.pieceBytes ?? chunk.length;
    try {
      for (let at = 0; at < chunk.length; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        await this.#file.write(piece, this.#position);
        this.#position += piece.length;
      }
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async #drain(): Promise<void> {
    try {
      while (this.#buffers !== undefined && this.#filledBytes > 0) {
        const [filling, spare] = this.#buffers;
        const data = filling.subarray(0, this.#filledBytes);
        this.#buffers = [spare, filling];
        this.#filledBytes = 0;
        await this.#file.write(data, this.#position);
        this.#position += data.length;
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#writing = undefined;
    }
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
