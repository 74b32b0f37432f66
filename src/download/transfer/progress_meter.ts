import type { Progress } from "../../../spec/mod.ts";

/** A report is made when this part of the whole has newly arrived. */
const STEP = 1 / 200;

/** Adds up what is done over all files: `DL-PROGRESS`, `DL-PROGRESS-DONE`, `DL-PROGRESS-RESUME`. */
export class ProgressMeter {
  readonly #bytesTotal: number;
  readonly #filesTotal: number;
  readonly #listener: ((progress: Progress) => void) | undefined;
  readonly #bytesByContent = new Map<string, number>();
  #bytesDone = 0;
  #bytesReported = -1;
  #filesDone = 0;

  /**
   * @param totals over all wanted files
   * @param listener called with each report
   */
  constructor(
    totals: { readonly bytesTotal: number; readonly filesTotal: number },
    listener: ((progress: Progress) => void) | undefined,
  ) {
    this.#bytesTotal = totals.bytesTotal;
    this.#filesTotal = totals.filesTotal;
    this.#listener = listener;
  }

  /** Counts files that are already in place. */
  kept(count: number, bytes: number): void {
    this.#filesDone += count;
    this.#bytesDone += bytes;
  }

  /** Counts bytes that an earlier run left of a content, without a report: the first one must have them all. */
  begun(key: string, options: { readonly bytesDone: number; readonly places: number }): void {
    const before = this.#bytesByContent.get(key) ?? 0;
    // A file that starts anew does not take back what was reported.
    if (options.bytesDone <= before) return;
    this.#bytesByContent.set(key, options.bytesDone);
    this.#bytesDone += (options.bytesDone - before) * options.places;
  }

  /** Says how many bytes of a content are there now; never fewer than before. */
  content(
    key: string,
    options: { readonly bytesDone: number; readonly places: number; readonly file: string },
  ): void {
    this.begun(key, options);
    if (this.#bytesDone - this.#bytesReported >= this.#bytesTotal * STEP)
      this.report("transfer", options.file);
  }

  /** Counts files whose content has arrived and is verified. */
  verified(count: number, file: string): void {
    this.#filesDone += count;
    this.report("transfer", file);
  }

  /** Makes a report now. */
  report(phase: Progress["phase"], file?: string): void {
    const isDone = phase === "done";
    const total = this.#bytesTotal;
    // What is not published is not done: the last byte is kept back until then.
    const bytesDone = isDone ? total : Math.min(this.#bytesDone, Math.max(0, total - 1));
    this.#bytesReported = this.#bytesDone;
    this.#listener?.({
      phase,
      bytesDone,
      bytesTotal: total,
      filesDone: this.#filesDone,
      filesTotal: this.#filesTotal,
      fraction: isDone ? 1 : total === 0 ? 0 : bytesDone / total,
      ...(file === undefined ? {} : { file }),
    });
  }
}
