import type { Comparison, MarkerFile, WaitOptions } from "../../spec/mod.ts";
import type { Tally } from "./verify_files.ts";

/** Adds up what a verification reads, and reports how far it is. */
export class ComparisonMeter implements Tally {
  readonly #onProgress: WaitOptions["onProgress"];
  #filesTotal = 0;
  #bytesTotal = 0;
  #bytesDone = 0;
  #files = 0;
  #bytes = 0;
  #filesHashed = 0;
  #bytesHashed = 0;

  /** @param onProgress called whenever bytes were read; bytes of files that need no reading count as read */
  constructor(onProgress: WaitOptions["onProgress"]) {
    this.#onProgress = onProgress;
  }

  /** What was compared so far. */
  get comparison(): Comparison {
    return {
      files: this.#files,
      bytes: this.#bytes,
      filesHashed: this.#filesHashed,
      bytesHashed: this.#bytesHashed,
    };
  }

  /** Says which files are about to be compared. */
  expect(recorded: readonly MarkerFile[]): void {
    this.#filesTotal += recorded.length;
    this.#bytesTotal += recorded.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  hashed(count: number, record: MarkerFile): void {
    this.#bytesHashed += count;
    this.#bytesDone += count;
    this.#report(record.path);
  }

  compared(record: MarkerFile, by: "hash" | "size"): void {
    this.#files++;
    this.#bytes += record.sizeBytes;
    if (by === "hash") this.#filesHashed++;
    else this.#bytesDone += record.sizeBytes;
    this.#report(record.path);
  }

  #report(file: string): void {
    const bytesTotal = this.#bytesTotal;
    // A file that grows while it is read gives more than it had.
    const bytesDone = Math.min(this.#bytesDone, bytesTotal);
    this.#onProgress?.({
      phase: "transfer",
      bytesDone,
      bytesTotal,
      filesDone: this.#files,
      filesTotal: this.#filesTotal,
      fraction: bytesTotal === 0 ? 0 : bytesDone / bytesTotal,
      file,
    });
  }
}
