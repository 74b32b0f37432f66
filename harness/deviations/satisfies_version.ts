const COMPARATOR_REGEXP = /^(<=|>=|<|>|=)?v?(\d+(?:\.\d+)*)$/;

/**
 * Tells whether a version is in a range such as `>=1.2 <2`. Versions of many ecosystems are compared by their numbers alone:
 * what follows these (`rc1`, `+3f2c`, `.post1`) is ignored.
 *
 * @throws {RangeError} when the range is not of that form
 *
 * @example
 * ```ts
 * import { satisfiesVersion } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.ok(satisfiesVersion("0.36.0", ">=0.30 <1"));
 * assert.ok(!satisfiesVersion("1.29.0", "<1"));
 * ```
 */
export function satisfiesVersion(version: string, range: string): boolean {
  const numbers = numbersOf(/\d+(?:\.\d+)*/.exec(version)?.[0] ?? "0");
  // All are read before any is compared, so that a wrong range is always refused.
  const comparators = range
    .trim()
    .split(/\s+/)
    .map((text) => {
      const [, operator = "=", bound] = COMPARATOR_REGEXP.exec(text) ?? [];
      if (bound === undefined) {
        throw new RangeError(
          `Cannot read the range of versions "${range}": "${text}" is not one of <, <=, >, >=, = and a version of numbers`,
        );
      }
      return { operator, bound: numbersOf(bound) };
    });
  return comparators.every(({ operator, bound }) => isSatisfied(compare(numbers, bound), operator));
}

function isSatisfied(order: number, operator: string): boolean {
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return order === 0;
  }
}

function numbersOf(text: string): number[] {
  return text.split(".").map(Number);
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let at = 0; at < Math.max(one.length, other.length); at++) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
