/** Bytes from one position up to another, the latter not included. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A set of positions in a file, as the fewest intervals that have them, in order. */
export class Intervals {
  #list: Interval[] = [];
  #total = 0;

  /** How many positions there are. */
  get total(): number {
    return this.#total;
  }

  /** The intervals, in order; no two touch. */
  get list(): readonly Interval[] {
    return this.#list;
  }

  /** Adds positions; those that are there already stay. */
  add({ from, to }: Interval): void {
    if (from >= to) return;
    const before = this.#list.filter((one) => one.to < from);
    const after = this.#list.filter((one) => one.from > to);
    const met = this.#list.slice(before.length, this.#list.length - after.length);
    const whole = {
      from: Math.min(from, met[0]?.from ?? from),
      to: Math.max(to, met.at(-1)?.to ?? to),
    };
    this.#total += whole.to - whole.from;
    for (const one of met) this.#total -= one.to - one.from;
    this.#list = [...before, whole, ...after];
  }

  /** The end of the interval that a position is in, or the position itself. */
  endFrom(at: number): number {
    return this.#list.find((one) => one.from <= at && at < one.to)?.to ?? at;
  }

  /** What lacks below a position, in order; from another position on where one is given. */
  gaps(end: number, start = 0): Interval[] {
    const gaps: Interval[] = [];
    let from = start;
    for (const one of this.#list) {
      if (one.from >= end) break;
      if (one.to <= from) continue;
      if (one.from > from) gaps.push({ from, to: one.from });
      from = one.to;
    }
    if (from < end) gaps.push({ from, to: end });
    return gaps;
  }
}
