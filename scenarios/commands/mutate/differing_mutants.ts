/**
 * Which mutants would give a place another value than the unchanged source.
 *
 * @module
 */

/** Options of {@linkcode differingMutants}. */
export interface DifferingMutantsOptions {
  /** Whether only the truth of the value counts. */
  readonly isTest: boolean;
  /** Ids and values by turns; a value is a constant, or a function that returns it. */
  readonly others: readonly unknown[];
  /** Mutants that differed before are not asked again. @default {none} */
  readonly isKnown?: (id: string) => boolean;
}

/** Says which of the mutants of a place give another value; one whose expression fails does. */
export function differingMutants(
  value: unknown,
  { isTest, others, isKnown }: DifferingMutantsOptions,
): readonly string[] {
  const ids: string[] = [];
  for (let at = 0; at < others.length; at += 2) {
    const id = String(others[at]);
    if (isKnown?.(id) === true) continue;
    if (isAnother(value, isTest, others[at + 1])) ids.push(id);
  }
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
