/**
 * Suggestions for a name that nothing has.
 *
 * @module
 */

/** Most edits between a name and what was typed for it, as a part of the longer of the two. */
const DISTANCE_SHARE_MAX = 0.4;

/**
 * Suggests the name that is nearest to a misspelled one, in the form of commander's own suggestions.
 *
 * @returns ` (Did you mean NAME?)`, or nothing when no name is near
 */
export function didYouMean(text: string, names: readonly string[]): string {
  const [nearest] = names
    .map((name) => ({ name, edits: editDistance(text, name) }))
    .filter(({ name, edits }) => edits <= DISTANCE_SHARE_MAX * Math.max(name.length, text.length))
    .toSorted((one, other) => one.edits - other.edits);
  return nearest === undefined ? "" : ` (Did you mean ${nearest.name}?)`;
}

/** Letters to insert, delete or replace to get from one word to the other. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 0; at < one.length; at++) {
    const next = [at + 1];
    for (let column = 0; column < other.length; column++) {
      const replaced = (row[column] ?? 0) + (one[at] === other[column] ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
