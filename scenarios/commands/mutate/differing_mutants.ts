/**
 * Which mutants would give a place another value than the unchanged source.
 *
 * @module
 */

/**
 * Says which of the mutants of a place give another value; one whose expression fails does.
 *
 * @param isTest whether only the truth of the value counts
 * @param others ids and values by turns; a value is a constant, or a function that returns it
 */
export function differingMutants(
  value: unknown,
  isTest: boolean,
  others: readonly unknown[],
): readonly string[] {
  const ids: string[] = [];
  for (let at = 0; at < others.length; at += 2)
    if (isAnother(value, isTest, others[at + 1])) ids.push(String(others[at]));
  return ids;
}

function isAnother(value: unknown, isTest: boolean, other: unknown): boolean {
  try {
    const its = typeof other === "function" ? (other as () => unknown)() : other;
    return isTest ? Boolean(its) !== Boolean(value) : !Object.is(its, value);
  } catch {
    return true;
  }
}
