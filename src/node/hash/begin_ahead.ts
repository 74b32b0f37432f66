import { HASHED_AT_ONCE } from "./piece_hash.ts";

/** How {@linkcode beginAhead} works on items. */
export interface BeginAheadOptions<Item, Answer> {
  /** Whether an item takes so long, in another thread, that it is begun before its turn. */
  readonly isLarge: (item: Item) => boolean;
  readonly work: (item: Item) => Promise<Answer>;
  /** Items that are worked on at once, at most. @default {as many as are hashed at once} */
  readonly atOnce?: number;
}

/** An item whose turn it is. */
export interface BegunItem<Item, Answer> {
  readonly item: Item;
  /** Waits for what the work on it gave; rejects where that failed. */
  readonly answer: () => Promise<Answer>;
}

/**
 * Works on items and gives their answers in order. Meanwhile large ones that follow are begun, as each is hashed in a
 * thread of its own; small ones wait for their turn.
 *
 * Who leaves early waits for what has begun: a cancel ends it.
 */
export async function* beginAhead<Item, Answer>(
  items: readonly Item[],
  options: BeginAheadOptions<Item, Answer>,
): AsyncGenerator<BegunItem<Item, Answer>> {
  const { isLarge, work, atOnce = HASHED_AT_ONCE } = options;
  const begun = new Map<number, Promise<Answer>>();
  const begin = (at: number, item: Item): Promise<Answer> => {
    const known = begun.get(at);
    if (known !== undefined) return known;
    const answer = work(item);
    // The failure is that of its turn, and is not unhandled until then.
    answer.catch(() => undefined);
    begun.set(at, answer);
    return answer;
  };
  try {
    for (const [at, item] of items.entries()) {
      const own = begin(at, item);
      for (const [further, next] of items.slice(at + 1, at + atOnce).entries())
        if (isLarge(next)) void begin(at + 1 + further, next);
      yield { item, answer: () => own };
    }
  } finally {
    await Promise.allSettled(begun.values());
  }
}
