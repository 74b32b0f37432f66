/** A stretch of equal bytes. */
export interface ConstantRun {
  /** Offset of its first byte from the first byte that was pushed. */
  readonly start: number;
  readonly sizeBytes: number;
  readonly value: number;
}

/** How {@linkcode ConstantRuns} reports. */
export interface ConstantRunsOptions {
  /** Shorter runs are not looked for; the longer this is, the faster the search. */
  readonly sizeBytesMin: number;
  readonly onRun: (run: ConstantRun) => void;
}

/**
 * Finds every run of equal bytes of at least a given length in bytes that arrive in pieces.
 *
 * Only every n-th byte is looked at, because a run of n bytes covers one of them: `LOAD-ZEROED`.
 */
export class ConstantRuns {
  readonly #options: ConstantRunsOptions;
  /** Bytes in earlier pieces. */
  #seen = 0;
  /** The equal bytes at the end of the last piece; they may go on in the next one. */
  #open: ConstantRun | undefined;

  constructor(options: ConstantRunsOptions) {
    this.#options = options;
  }

  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    const { sizeBytesMin } = this.#options;
    let done = this.#continueOpen(piece);
    if (done === piece.length) {
      this.#seen += piece.length;
      return;
    }
    const tail = startOfRun(piece, piece.length - 1, done);
    const half = sizeBytesMin >> 1;
    for (let at = done + sizeBytesMin - 1; at < tail; at += sizeBytesMin) {
      // A run that is long enough goes on for half of that on one side at least.
      const value = piece[at];
      if (piece[at - half] !== value && piece[at + half] !== value) continue;
      const start = startOfRun(piece, at, done);
      const end = endOfRun(piece, at);
      if (end - start >= sizeBytesMin && end <= tail) {
        this.#report({ start: this.#seen + start, sizeBytes: end - start, value: value ?? 0 });
        done = end;
        at = end - 1;
      }
    }
    this.#open = {
      start: this.#seen + tail,
      sizeBytes: piece.length - tail,
      value: piece[tail] ?? 0,
    };
    this.#seen += piece.length;
  }

  /** Notes that nothing follows. */
  end(): void {
    if (this.#open !== undefined) this.#report(this.#open);
    this.#open = undefined;
  }

  /** @returns the index at which the run from the earlier pieces has ended */
  #continueOpen(piece: Uint8Array): number {
    const open = this.#open;
    if (open === undefined) return 0;
    const end = piece[0] === open.value ? endOfRun(piece, 0) : 0;
    this.#open = { ...open, sizeBytes: open.sizeBytes + end };
    if (end < piece.length) this.end();
    return end;
  }

  #report(run: ConstantRun): void {
    if (run.sizeBytes >= this.#options.sizeBytesMin) this.#options.onRun(run);
  }
}

/** Start of the run that covers `at`, not before `from`. */
function startOfRun(bytes: Uint8Array, at: number, from: number): number {
  let start = at;
  while (start > from && bytes[start - 1] === bytes[at]) start -= 1;
  return start;
}

/** The index after the run that covers `at`. */
function endOfRun(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] === bytes[at]) end += 1;
  return end;
}
