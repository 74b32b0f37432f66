/**
 * The longest beginning that texts share, without blanks at its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { commonPrefix } from "mlx-layout/harness/internal";
 *
 * assert.equal(commonPrefix(["it hung for ever", "it hung up"]), "it hung");
 * ```
 */
export function commonPrefix(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  let length = first.length;
  for (const other of others) while (!other.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length).trimEnd();
}
