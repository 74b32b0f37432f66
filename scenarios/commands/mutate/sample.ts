import { createHash } from "node:crypto";

/**
 * Draws some of many, the same ones for the same seed, in their order.
 *
 * @param options `count`: how many at most
 */
export function sampleOf<T>(
  all: readonly T[],
  { count, seed }: { readonly count: number; readonly seed: number },
): T[] {
  const ranked = all.map((item, at) => {
    const rank = createHash("sha256").update(`${seed}/${at}`).digest("hex");
    return { item, at, rank };
  });
  return ranked
    .toSorted((one, two) => (one.rank < two.rank ? -1 : 1))
    .slice(0, count)
    .toSorted((one, two) => one.at - two.at)
    .map(({ item }) => item);
}
