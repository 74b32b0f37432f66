/**
 * The longest beginning that texts share, without blanks at its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { commonBeginning } from "mlx-layout/harness";
 *
 * assert.equal(commonBeginning(["it hung for ever", "it hung up"]), "it hung");
 * ```
 */
export function commonBeginning(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length).trimEnd();
}
