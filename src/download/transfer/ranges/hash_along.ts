import type { OpenFile } from "../../../../spec/mod.ts";
import { throwIfAborted } from "../../../cancellation.ts";
import type { DigestStream } from "../../../disk/file_hash.ts";
import type { Intervals } from "./intervals.ts";

const READ_BYTES = 256 * 1024;

/** Options of {@linkcode HashAlong}. */
export interface HashAlongOptions {
  readonly into: DigestStream;
  readonly sizeBytes: number;
  /** What is written by now. */
  readonly written: Intervals;
}

/**
 * Hashes a file in order while it is written in any order: what was written a moment ago is read back from the memory of the
 * system, and nothing that arrives early waits in that of this process.
 */
export class HashAlong {
  readonly #file: OpenFile;
  readonly #options: HashAlongOptions;
  #wake: () => void = () => {};

  constructor(file: OpenFile, options: HashAlongOptions) {
    this.#file = file;
    this.#options = options;
  }

  /** Says that more is written, or that it was stopped. */
  kick(): void {
    this.#wake();
  }

  /** Hashes up to the end of the file. @returns how many bytes were there @throws {ModelError} as {@linkcode throwIfAborted} */
  async run(signal: AbortSignal): Promise<number> {
    const { into, sizeBytes, written } = this.#options;
    const buffer = new Uint8Array(Math.min(this.#file.pieceBytes ?? READ_BYTES, sizeBytes));
    const wake = () => this.kick();
    signal.addEventListener("abort", wake, { once: true });
    try {
      let at = 0;
      while (at < sizeBytes) {
        throwIfAborted(signal);
        const end = Math.min(written.endFrom(at), at + buffer.length);
        if (end === at) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        const count = await this.#file.read(buffer.subarray(0, end - at), at);
        // Somebody has cut it.
        if (count === 0) break;
        into.update(buffer.subarray(0, count));
        at += count;
      }
      return at;
    } finally {
      signal.removeEventListener("abort", wake);
    }
  }
}
