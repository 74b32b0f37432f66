import { dirname } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { ModelError } from "../../errors.ts";

/** The most that is taken of a file whose length nobody states, unless the caller says otherwise. */
export const UNSTATED_BYTES_MAX = 64 * 1024 ** 3;
/** Space that stays free: a tenth of what is free at the start, and a gigabyte at most. */
const RESERVE_BYTES_MAX = 1024 ** 3;
const RESERVE_SHARE = 0.1;
/** After so many bytes the volume is asked again: others write to it, too. */
const LOOK_BYTES = 64 * 1024 * 1024;

/** What has arrived and may not be written yet. */
const PENDING_BYTES = 4 * 1024 * 1024;

/** Options of {@linkcode UnstatedLength}. */
export interface UnstatedLengthOptions {
  /** Path of the file on the server, for errors. */
  readonly file: string;
  /** Where it is written to. */
  readonly place: string;
  readonly sizeBytesMax: number;
}

/** Ends the transfer of a file whose length nobody states before it fills the volume: `DL-UNSTATED-LENGTH`. */
export class UnstatedLength {
  readonly #files: FileSystem;
  readonly #options: UnstatedLengthOptions;
  #reserveBytes: number | undefined;
  #endBytes = 0;
  #lookAtBytes = 0;

  constructor(files: FileSystem, options: UnstatedLengthOptions) {
    this.#files = files;
    this.#options = options;
  }

  /**
   * Asks whether a file may become so long.
   *
   * @throws {ModelError} `limit-exceeded` beyond the cap, `disk-full` where the reserve begins
   */
  async allow(sizeBytes: number): Promise<void> {
    const { file, place, sizeBytesMax } = this.#options;
    if (sizeBytes > sizeBytesMax) {
      throw new ModelError(
        "limit-exceeded",
        `Cannot fetch "${file}": the server does not say how long it is, and after ${sizeBytesMax} bytes it still goes on; allow more with --max-size if that is right`,
        { file },
      );
    }
    if (this.#reserveBytes === undefined || sizeBytes > this.#lookAtBytes) {
      const freeBytes = await this.#files.availableBytes(dirname(place));
      const isFirst = this.#reserveBytes === undefined;
      this.#reserveBytes ??= Math.min(RESERVE_BYTES_MAX, Math.ceil(freeBytes * RESERVE_SHARE));
      const writtenBytes = isFirst ? 0 : sizeBytes - PENDING_BYTES;
      this.#endBytes = writtenBytes + freeBytes - this.#reserveBytes;
      this.#lookAtBytes = sizeBytes + LOOK_BYTES;
    }
    if (sizeBytes <= this.#endBytes) return;
    throw new ModelError(
      "disk-full",
      `Cannot fetch "${file}": the server does not say how long it is, and more than ${this.#endBytes} bytes would leave less than ${this.#reserveBytes} free; free some space or use another root`,
      { file },
    );
  }
}
