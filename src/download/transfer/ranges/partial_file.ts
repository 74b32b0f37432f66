import type { OpenFile } from "../../../../spec/mod.ts";
import type { Intervals } from "./intervals.ts";
import {
  type KeptRanges,
  type PartialContent,
  RECORDS_BYTES,
  recordsPosition,
} from "./kept_ranges.ts";
import { formatRecord, RECORD_BYTES } from "./range_record.ts";

/** What a killed process may lose of what it wrote: what it wrote since it last noted how far it is. */
const NOTE_BYTES = 2 * 1024 * 1024;
/** What a power cut may lose of it: what was written since the last sync. */
const SYNC_BYTES = 128 * 1024 * 1024;
/** Writes reach so far ahead of the first one that is missing, so that the records need not move at once. */
const AHEAD_BYTES = 128 * 1024 * 1024;
/** Between two syncs, where the host handles pieces of a file. */
const SYNC_PIECES = 4;

/** Options of {@linkcode PartialFile}. */
export interface PartialFileOptions {
  readonly content: PartialContent;
  readonly kept: KeptRanges;
  /** Makes the name of the file durable. */
  readonly syncName: () => Promise<void>;
}

/**
 * A file that is written at any place in any order, with records of what is there: `DL-KEEP`, `DUR-ONCE`.
 *
 * The records lie behind the data, so that a file and what is said of it are never two things. They are of two kinds. One names what was
 * synced before it was written, and always counts. The other names what was written, and counts during the same boot only: a
 * process that is killed takes nothing with it that it wrote. Two of each kind take turns, so that a torn one costs nothing.
 *
 * No byte is written out of order before there is a durable record, and none over records before later ones are durable.
 */
export class PartialFile {
  /** As of the file. */
  readonly pieceBytes: number | undefined;
  /** What is written. */
  readonly written: Intervals;
  /** After so many bytes a writer should have written them all. */
  readonly noteBytes: number;
  readonly #file: OpenFile;
  readonly #options: PartialFileOptions;
  #position: number | undefined;
  #synced: Intervals["list"] = [];
  #turns: [number, number];
  #unnotedBytes = 0;
  #unsyncedBytes = 0;
  #noting: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #moving: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Whether anything was written that no durable record says was synced. */
  #owesRecord = false;

  constructor(file: OpenFile, options: PartialFileOptions) {
    this.#file = file;
    this.#options = options;
    this.pieceBytes = file.pieceBytes;
    this.written = options.kept.ranges;
    this.#position = options.kept.position;
    this.#turns = [...options.kept.turns];
    this.noteBytes = file.pieceBytes === undefined ? NOTE_BYTES : 1;
  }

  /** Makes the file one with records. Must be done before anything is written. */
  async begin(): Promise<void> {
    const { pieceBytes } = this;
    // What an earlier process wrote is synced before it is called so.
    await this.#syncFile();
    this.#synced = this.written.list;
    if (this.#position === undefined) {
      const { sizeBytes } = this.#options.content;
      const end = this.written.list.at(-1)?.to ?? 0;
      const ahead = pieceBytes === undefined ? AHEAD_BYTES : SYNC_PIECES * pieceBytes;
      await this.#writeRecords(recordsPosition(end + ahead, sizeBytes));
    }
    await this.#options.syncName();
  }

  /**
   * Writes at a place, but for what is written there already: that may have been hashed, and what is hashed must be what is kept.
   *
   * @throws the disk's error, of this or of an earlier call
   */
  async write(data: Uint8Array, position: number): Promise<void> {
    for (const { from, to } of this.written.gaps(position + data.length, position))
      await this.#writeNew(data.subarray(from - position, to - position), from);
  }

  async #writeNew(data: Uint8Array, position: number): Promise<void> {
    this.#throwIfFailed();
    const to = position + data.length;
    while (this.#position === undefined || to > this.#position)
      await (this.#moving ??= this.#move().finally(() => {
        this.#moving = undefined;
      }));
    await this.#file.write(data, position);
    this.written.add({ from: position, to });
    this.#owesRecord = true;
    this.#unnotedBytes += data.length;
    this.#unsyncedBytes += data.length;
    this.#noteIfDue();
    this.#syncIfDue();
    // A disk that is behind is waited for.
    if (this.#unnotedBytes > 2 * this.noteBytes || this.noteBytes === 1) await this.#noting;
    this.#throwIfFailed();
  }

  /** Notes everything that was written, durably. @throws the disk's error */
  async settle(): Promise<void> {
    await this.#quiet();
    if (!this.#owesRecord) return;
    await this.#sync();
    // The record itself.
    await this.#syncFile();
    this.#owesRecord = false;
  }

  /** Makes the file what its content is, durably: nothing but the data. */
  async finish(): Promise<void> {
    await this.#quiet();
    // Else the records could be gone, and some of the data too.
    await this.#syncFile();
    await this.#file.truncate(this.#options.content.sizeBytes);
  }

  /** Waits until nothing of its own is under way. */
  async #quiet(): Promise<void> {
    await this.#moving;
    await this.#noting;
    await this.#syncing;
    this.#throwIfFailed();
  }

  /** Whether no record may be written: they are about to move, or the disk has failed. */
  get #isHeld(): boolean {
    return this.#moving !== undefined || this.#failure !== undefined;
  }

  #noteIfDue(): void {
    if (this.#unnotedBytes < this.noteBytes || this.#isHeld) return;
    this.#noting ??= this.#note()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#noting = undefined;
      });
  }

  #syncIfDue(): void {
    const dueBytes = this.pieceBytes === undefined ? SYNC_BYTES : SYNC_PIECES * this.pieceBytes;
    if (this.#unsyncedBytes < dueBytes || this.#isHeld) return;
    this.#syncing ??= this.#sync()
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#syncing = undefined;
      });
  }

  async #note(): Promise<void> {
    while (this.#unnotedBytes >= this.noteBytes && this.#failure === undefined) {
      this.#unnotedBytes = 0;
      await this.#writeRecord("written");
    }
  }

  /** Syncs, and then writes down what was written before the sync. */
  async #sync(): Promise<void> {
    const before = this.written.list;
    this.#unsyncedBytes = 0;
    await this.#syncFile();
    this.#synced = before;
    await this.#writeRecord("synced");
  }

  /** Syncs the file; where the disk fails, what was written since the last sync may be gone, and is no longer claimed. */
  async #syncFile(positions: readonly (number | undefined)[] = [this.#position]): Promise<void> {
    try {
      await this.#file.sync();
    } catch (error) {
      this.#fail(error);
      await this.#noting;
      // Where the disk refuses this too, its first answer is the one that is told.
      await Promise.allSettled(positions.map((position) => this.#forgetWritten(position)));
      throw error;
    }
    // Another one failed meanwhile, and that may be why this one had nothing to do.
    this.#throwIfFailed();
  }

  /** Takes back what is said of bytes that were not synced. */
  async #forgetWritten(position: number | undefined): Promise<void> {
    if (position === undefined) return;
    await this.#file.write(new Uint8Array(2 * RECORD_BYTES), position + 2 * RECORD_BYTES);
  }

  /** The records give way to what comes: later ones first become durable. */
  async #move(): Promise<void> {
    await this.#noting;
    await this.#syncing;
    this.#throwIfFailed();
    const { sizeBytes } = this.#options.content;
    try {
      await this.#writeRecords(recordsPosition((this.#position ?? 0) + 1, sizeBytes));
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  async #writeRecords(position: number): Promise<void> {
    const { written } = this;
    const records = new Uint8Array(RECORDS_BYTES);
    this.#unnotedBytes = 0;
    this.#turns = [1, 1];
    records.set(this.#record("synced", position), 0);
    records.set(this.#record("written", position), 2 * RECORD_BYTES);
    await this.#file.write(records, position);
    const before = written.list;
    this.#unsyncedBytes = 0;
    await this.#syncFile([this.#position, position]);
    this.#synced = before;
    this.#position = position;
  }

  async #writeRecord(kind: "synced" | "written"): Promise<void> {
    const { [kind === "synced" ? 0 : 1]: turn = 0 } = this.#turns;
    this.#turns[kind === "synced" ? 0 : 1] = 1 - turn;
    const position = this.#position ?? 0;
    const at = (kind === "synced" ? 0 : 2) + turn;
    await this.#file.write(this.#record(kind, position), position + at * RECORD_BYTES);
  }

  #record(kind: "synced" | "written", position: number): Uint8Array {
    const { boot, contentKey, sizeBytes } = this.#options.content;
    return formatRecord(
      kind === "synced"
        ? { ranges: this.#synced, boot: undefined }
        : { ranges: this.written.list, boot },
      { contentKey, sizeBytes, position },
    );
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
