/** What becomes of an operation that was not durable: a write can also be zeros, or be torn after so many bytes. */
export type Fate = "kept" | "lost" | "zeros" | { readonly tornAfter: number };

/** A crash: a moment, and what becomes of what was under way. */
export interface CrashChoice {
  /** Operations before this index had been made. */
  readonly at: number;
  /** By index; what is not named is kept. */
  readonly fates: ReadonlyMap<number, Fate>;
}

/** The choices at one moment, or at one moment and one end of the journal. */
export interface ChoiceGroup {
  readonly choices: Iterable<CrashChoice>;
  /** Whether these are all that the profile allows there. */
  readonly isExhaustive: boolean;
}

/** Bounds of an enumeration. */
export interface ChoiceBounds {
  /** Choices at one moment up to which all of them are taken. */
  readonly exhaustiveMax: number;
  /** Choices that are drawn at a moment that has more. */
  readonly samples: number;
  readonly random: () => number;
}

/** All combinations of one item of each list, as lists. */
export function* combinations<Item>(lists: readonly (readonly Item[])[]): Generator<Item[]> {
  const at = lists.map(() => 0);
  if (lists.some((list) => list.length === 0)) return;
  for (;;) {
    yield lists.map((list, index) => list[at[index] ?? 0] as Item);
    let index = 0;
    for (; index < lists.length; index++) {
      at[index] = (at[index] ?? 0) + 1;
      if ((at[index] ?? 0) < (lists[index]?.length ?? 0)) break;
      at[index] = 0;
    }
    if (index === lists.length) return;
  }
}

/** How many combinations there are. */
export function combinationCount(lists: readonly (readonly unknown[])[]): number {
  return lists.reduce((product, list) => product * list.length, 1);
}

/**
 * A part of the combinations: each item alone among first items, each first item alone among last ones, and draws.
 *
 * The first item of a list is the harmless one.
 */
export function* someCombinations<Item>(
  lists: readonly (readonly Item[])[],
  bounds: Pick<ChoiceBounds, "samples" | "random">,
): Generator<Item[]> {
  const first = lists.map((list) => list[0] as Item);
  const second = lists.map((list) => (list[1] ?? list[0]) as Item);
  yield first;
  yield second;
  for (const [index, list] of lists.entries()) {
    for (const item of list.slice(1)) yield first.with(index, item);
    yield second.with(index, list[0] as Item);
  }
  for (let draw = 0; draw < bounds.samples; draw++) {
    yield lists.map((list) => list[Math.floor(bounds.random() * list.length)] as Item);
  }
}
