import { type FileSource, RangesIgnored } from "./file_source.ts";
import type { RangeBuffers } from "./range_buffers.ts";
import type { Semaphore } from "./semaphore.ts";

/** Why the lanes end with their reader; made once, since an error is made with its stack. */
const FINISHED = new Error("The reader has ended");

/** Options of {@linkcode readAlone}. */
export interface ReadAloneOptions {
  readonly from: number;
  /** Undefined when the size is not stated. */
  readonly sizeBytes: number | undefined;
  readonly slots: Semaphore;
  readonly signal: AbortSignal;
}

/** Options of {@linkcode readParallelRanges}. */
export interface ReadInLanesOptions extends ReadAloneOptions {
  readonly sizeBytes: number;
  /** How long the next range is to be; asked for each. */
  readonly rangeBytes: () => number;
  /** The longest that a range is. */
  readonly rangeBytesMax: number;
  readonly buffers: RangeBuffers;
}

/**
 * Yields the rest of a large file in order while later ranges of it arrive on other connections.
 *
 * The front range streams through; those behind it wait in memory until it is their turn. So a file on
 * disk only ever grows at its end, its length says how much was kept, and it can be hashed on the way.
 *
 * A chunk is valid until the next one is asked for.
 */
export async function* readParallelRanges(
  source: FileSource,
  options: ReadInLanesOptions,
): AsyncGenerator<Uint8Array> {
  const { sizeBytes, rangeBytes, rangeBytesMax, slots, buffers, signal } = options;
  const stop = new AbortController();
  const laneSignal = AbortSignal.any([signal, stop.signal]);
  const ahead: Lane[] = [];
  let next = options.from;
  let at = options.from;
  const takeRange = () => {
    const from = next;
    next = Math.min(from + Math.min(rangeBytes(), rangeBytesMax), sizeBytes);
    return { from, to: next };
  };
  const readAhead = () => {
    while (next < sizeBytes) {
      if (!slots.tryAcquire()) return;
      const buffer = buffers.tryAcquire(rangeBytesMax);
      if (buffer === undefined) {
        slots.release();
        return;
      }
      ahead.push(new Lane(source, takeRange(), { buffer, slots, signal: laneSignal }));
    }
  };
  try {
    while (at < sizeBytes) {
      const front = ahead[0];
      const chunks =
        front === undefined ? await readFront(source, takeRange(), options) : front.chunks();
      readAhead();
      for await (const chunk of chunks) {
        at += chunk.length;
        yield chunk;
      }
      if (front !== undefined) buffers.release((ahead.shift() ?? front).buffer);
    }
    return;
  } catch (error) {
    if (!(error instanceof RangesIgnored)) throw error;
  } finally {
    stop.abort(FINISHED);
    await Promise.all(ahead.map((lane) => lane.finished));
    for (const lane of ahead) buffers.release(lane.buffer);
  }
  yield* readAlone(source, { ...options, from: at });
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The front range, where none is on its way yet: waits for a slot and streams through. */
async function readFront(
  source: FileSource,
  range: Range,
  options: ReadAloneOptions,
): Promise<AsyncGenerator<Uint8Array>> {
  const { slots, signal } = options;
  await slots.acquire(signal);
  return (async function* () {
    try {
      yield* source.read(range, { signal, mustRange: true });
    } finally {
      slots.release();
    }
  })();
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

/** One range that arrives ahead of its turn; holds a slot until it has arrived. */
class Lane {
  readonly buffer: Uint8Array;
  /** Resolves when the lane has let go of its slot. */
  readonly finished: Promise<void>;
  #arrivedBytes = 0;
  #isDone = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(
    source: FileSource,
    range: Range,
    options: {
      readonly buffer: Uint8Array;
      readonly slots: Semaphore;
      readonly signal: AbortSignal;
    },
  ) {
    this.buffer = options.buffer;
    this.finished = this.#pump(source, range, options);
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    let readBytes = 0;
    for (;;) {
      if (readBytes < this.#arrivedBytes) {
        const chunk = this.buffer.subarray(readBytes, this.#arrivedBytes);
        readBytes += chunk.length;
        yield chunk;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure.error;
      if (this.#isDone) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async #pump(
    source: FileSource,
    range: Range,
    options: { readonly slots: Semaphore; readonly signal: AbortSignal },
  ): Promise<void> {
    const { signal, slots } = options;
    try {
      for await (const chunk of source.read(range, { signal, mustRange: true })) {
        this.buffer.set(chunk, this.#arrivedBytes);
        this.#arrivedBytes += chunk.length;
        this.#wake();
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#isDone = true;
      slots.release();
      this.#wake();
    }
  }
}
