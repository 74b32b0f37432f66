import { createHash, type Hash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { HashAlgorithm } from "./hash_message.ts";
import { HashThread } from "./hash_thread.ts";

/** Files that are hashed at once, at most: each has a thread of its own. */
export const HASHED_AT_ONCE = Math.min(4, availableParallelism());

/** From this size a file is hashed in a thread of its own; what is smaller is hashed before a thread has started. */
export const THREAD_BYTES_MIN = 64 * 1024 * 1024;

/** A hash of bytes that are read piece by piece. */
export interface PieceHash {
  /** Where the next piece is to be read to, at a multiple of eight bytes; waits until nobody reads there any more. */
  next(): Promise<Uint8Array>;
  /** Hashes what was read to the first bytes of it, so many; they may be looked at until the next place is asked for. */
  push(count: number): void;
  /** The hash of all pieces, in hexadecimal digits. */
  end(): Promise<string>;
  /** Lets go of it, finished or not. */
  [Symbol.dispose](): void;
}

/** Options of {@linkcode pieceHash}. */
export interface PieceHashOptions {
  readonly algorithm: HashAlgorithm;
  /** What is hashed before all pieces. @default {""} */
  readonly prefix?: string;
  /** Size of the file. */
  readonly sizeBytes: number;
  /** Bytes of a piece, at most, of what is hashed in this thread. */
  readonly pieceBytes: number;
  /** Whether a large file may have a thread of its own. @default {true} */
  readonly mayThread?: boolean;
}

/** A hash that is made in this thread, or of a large file in another one, while this one reads on. */
export function pieceHash(options: PieceHashOptions): PieceHash {
  const { algorithm, prefix = "", sizeBytes, pieceBytes, mayThread = true } = options;
  const isThreaded = mayThread && HASHED_AT_ONCE > 1 && sizeBytes >= THREAD_BYTES_MIN;
  return isThreaded
    ? HashThread.begin(algorithm, prefix)
    : new OwnHash(createHash(algorithm).update(prefix), pieceBytes);
}

class OwnHash implements PieceHash {
  readonly #hash: Hash;
  readonly #buffer: Uint8Array;

  constructor(hash: Hash, pieceBytes: number) {
    this.#hash = hash;
    this.#buffer = new Uint8Array(pieceBytes);
  }

  async next(): Promise<Uint8Array> {
    return this.#buffer;
  }

  push(count: number): void {
    this.#hash.update(this.#buffer.subarray(0, count));
  }

  async end(): Promise<string> {
    return this.#hash.digest("hex");
  }

  [Symbol.dispose](): void {}
}
