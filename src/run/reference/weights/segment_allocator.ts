/** A place for something that must lie in one piece. */
export interface SegmentPlace {
  readonly segment: number;
  /** First byte of the first part. */
  readonly offset: number;
  /** First byte of each part. */
  readonly offsets: readonly number[];
}

/** A cache line, so that no vector crosses two. */
const ALIGNMENT_BYTES = 64;

/** Kernels read whole vectors, a little beyond the last weight. */
const SLACK_BYTES = 64;

/** Divides the weights among memories, each of which is addressed with 32 bits. */
export class SegmentAllocator {
  readonly #sizeBytesMax: number;
  readonly #used: number[] = [];

  constructor(sizeBytesMax: number) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  /** Finds room for parts that belong together; undefined when no piece is large enough. */
  allocate(sizes: readonly number[]): SegmentPlace | undefined {
    const last = this.#used.length - 1;
    const start = this.#used[last];
    const isFitting = start !== undefined && this.#end(start, sizes) <= this.#sizeBytesMax;
    const segment = isFitting ? last : last + 1;
    const offset = isFitting ? start : 0;
    const end = this.#end(offset, sizes);
    if (end > this.#sizeBytesMax) return undefined;
    const offsets: number[] = [];
    sizes.reduce((position, size) => {
      offsets.push(position);
      return aligned(position + size);
    }, offset);
    this.#used[segment] = end - SLACK_BYTES;
    return { segment, offset, offsets };
  }

  /** Bytes of each piece. */
  sizes(): number[] {
    return this.#used.map((used) => used + SLACK_BYTES);
  }

  #end(start: number, sizes: readonly number[]): number {
    return sizes.reduce((position, size) => aligned(position + size), start) + SLACK_BYTES;
  }
}

function aligned(position: number): number {
  return Math.ceil(position / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
