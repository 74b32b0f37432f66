/** Large files that are under way at once, at most: each has buffers and a connection of its own. */
const LARGE_MAX = 8;

/** Options of {@linkcode WorkQueue}. */
export interface WorkQueueOptions<T> {
  readonly isLarge: (item: T) => boolean;
  readonly sizeOf: (item: T) => number;
  /** How many take from it. */
  readonly workersMax: number;
}

/**
 * Contents that wait to be fetched: the largest first, as they take longest, and small ones beside them. Large ones have
 * half of the workers as long as there are small ones, so that neither wait for the other.
 */
export class WorkQueue<T> {
  /** Everything that was there at first, in order. */
  readonly all: readonly T[];
  readonly #options: WorkQueueOptions<T>;
  #large: T[];
  #small: T[];
  #largeUnderWay = 0;

  constructor(items: readonly T[], options: WorkQueueOptions<T>) {
    const { isLarge, sizeOf } = options;
    this.#options = options;
    this.all = items.toSorted((one, two) => sizeOf(two) - sizeOf(one));
    this.#large = this.all.filter(isLarge);
    this.#small = this.all.filter((item) => !isLarge(item));
  }

  /** Whether large ones wait or are under way. */
  get hasLarge(): boolean {
    return this.#large.length > 0 || this.#largeUnderWay > 0;
  }

  /** The next one, or undefined when nothing is left for this worker. */
  take(): T | undefined {
    const { workersMax } = this.#options;
    const share = this.#small.length > 0 ? Math.max(1, workersMax >> 1) : workersMax;
    if (this.#largeUnderWay < Math.min(LARGE_MAX, share)) {
      const next = this.#large.shift();
      if (next !== undefined) {
        this.#largeUnderWay++;
        return next;
      }
    }
    return this.#small.shift();
  }

  /** Notes that one that was taken is done. */
  done(item: T): void {
    if (this.#options.isLarge(item)) this.#largeUnderWay--;
  }

  /** Leaves nothing to take. */
  clear(): void {
    this.#large = [];
    this.#small = [];
  }
}
