import { AppendWriter } from "../../../disk/append_writer.ts";
import { chunkMemory } from "../../../node/chunk_memory.ts";
import { type FileSource, RangesIgnored } from "../file_source.ts";
import type { Interval } from "./intervals.ts";
import type { PartialFile } from "./partial_file.ts";
import type { Semaphore } from "../semaphore.ts";
import type { WriteBuffers } from "./write_buffers.ts";

/** Options of {@linkcode readAlone}. */
export interface ReadAloneOptions {
  readonly from: number;
  /** Undefined when the size is not stated. */
  readonly sizeBytes: number | undefined;
  readonly slots: Semaphore;
  readonly signal: AbortSignal;
}

/** Yields the rest of a file over one connection. */
export async function* readAlone(
  source: FileSource,
  options: ReadAloneOptions,
): AsyncGenerator<Uint8Array> {
  await options.slots.acquire(options.signal);
  try {
    yield* source.read({ from: options.from, to: options.sizeBytes }, { signal: options.signal });
  } finally {
    options.slots.release();
  }
}

/** Where ranges are written to. */
export type RangeTarget = Pick<PartialFile, "write" | "written" | "noteBytes" | "pieceBytes">;

/** Options of {@linkcode fetchRanges}. */
export interface FetchRangesOptions {
  readonly target: RangeTarget;
  readonly sizeBytes: number;
  /** How long the next range is to be; asked for each. */
  readonly rangeBytes: () => number;
  readonly slots: Semaphore;
  readonly buffers: WriteBuffers;
  readonly signal: AbortSignal;
  /** Called with the number of bytes that arrived. */
  readonly onFetched: (bytes: number) => void;
}

/**
 * Fetches what a file lacks, in ranges over several connections, each written at its place as it arrives: one range waits for a
 * slot, and as many others as there are free ones come at the same time. From a server that gives no ranges the rest comes over one.
 *
 * @throws {ModelError} of the first range that cannot be had or written; what arrived by then is written
 */
export async function fetchRanges(source: FileSource, options: FetchRangesOptions): Promise<void> {
  const { target, sizeBytes } = options;
  const lanes = new Lanes(source, options);
  try {
    await lanes.run(target.written.gaps(sizeBytes));
    return;
  } catch (error) {
    if (!(error instanceof RangesIgnored)) throw error;
  }
  const [first] = target.written.gaps(sizeBytes);
  if (first !== undefined) await lanes.alone(first.from);
}

class Lanes {
  readonly #source: FileSource;
  readonly #options: FetchRangesOptions;
  #underWay = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(source: FileSource, options: FetchRangesOptions) {
    this.#source = source;
    this.#options = options;
  }

  async run(gaps: readonly Interval[]): Promise<void> {
    const { slots, signal, rangeBytes } = this.#options;
    const stop = new AbortController();
    const laneSignal = AbortSignal.any([signal, stop.signal]);
    const rest = [...gaps];
    const start = (gap: Interval) => {
      const to = Math.min(gap.from + rangeBytes(), gap.to);
      if (to === gap.to) rest.shift();
      else rest[0] = { from: to, to: gap.to };
      const lane = this.#lane({ from: gap.from, to }, { signal: laneSignal, mustRange: true })
        .catch((error: unknown) => {
          // The others fail only because the first one stopped them.
          this.#failure ??= { error };
          stop.abort(error);
        })
        .finally(() => {
          slots.release();
          this.#underWay.delete(lane);
        });
      this.#underWay.add(lane);
    };
    try {
      for (let [gap] = rest; gap !== undefined && this.#failure === undefined; [gap] = rest) {
        if (slots.tryAcquire()) start(gap);
        else if (this.#underWay.size > 0) await Promise.race(this.#underWay);
        else {
          await slots.acquire(signal);
          start(gap);
        }
      }
    } finally {
      await Promise.all(this.#underWay);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async alone(from: number): Promise<void> {
    const { slots, signal, sizeBytes } = this.#options;
    await slots.acquire(signal);
    try {
      await this.#lane({ from, to: sizeBytes }, { signal, mustRange: false });
    } finally {
      slots.release();
    }
  }

  async #lane(
    range: Interval,
    how: { readonly signal: AbortSignal; readonly mustRange: boolean },
  ): Promise<void> {
    const { target, buffers, onFetched } = this.#options;
    const pair = buffers.acquire(target.pieceBytes);
    const writer = new AppendWriter(target, range.from, { buffers: pair });
    let pendingBytes = 0;
    try {
      try {
        for await (const chunk of this.#source.read(range, how)) {
          const { length } = chunk;
          await writer.append(chunk);
          chunkMemory.release(chunk);
          onFetched(length);
          pendingBytes += length;
          if (pendingBytes < target.noteBytes) continue;
          await writer.flush();
          pendingBytes = 0;
        }
      } finally {
        // Also what arrived before a failure is kept.
        await writer.flush();
      }
    } finally {
      buffers.release(pair);
    }
  }
}
