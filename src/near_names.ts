/**
 * The names that are most like a pattern, for somebody who has misspelt it.
 *
 * @param names all that there are
 * @returns at most `count` of them, the most alike first
 */
export function nearNames(
  patterns: readonly string[],
  names: readonly string[],
  count: number,
): string[] {
  const wanted = patterns.map(pairsOf);
  const likeness = (name: string) => {
    const own = pairsOf(name);
    return Math.max(0, ...wanted.map((pairs) => common(pairs, own) / (pairs.size + own.size)));
  };
  return names
    .map((name) => ({ name, likeness: likeness(name) }))
    .toSorted((one, two) => two.likeness - one.likeness || (one.name < two.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** Each two characters that follow one another. */
function pairsOf(text: string): ReadonlySet<string> {
  const plain = text.toLowerCase().replace(/[*?[\]]/g, "");
  return new Set(Array.from({ length: plain.length }, (_, at) => plain.slice(at, at + 2)));
}

function common(one: ReadonlySet<string>, two: ReadonlySet<string>): number {
  return [...one].filter((pair) => two.has(pair)).length;
}
