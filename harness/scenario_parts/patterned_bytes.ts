/**
 * Bytes of which no stretch repeats soon, so that a part in a wrong place is seen; another salt gives other bytes everywhere.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { patternedBytes } from "mlx-layout/harness";
 *
 * assert.notDeepEqual(patternedBytes(100, { salt: 1 }), patternedBytes(100, { salt: 2 }));
 * ```
 */
export function patternedBytes(
  sizeBytes: number,
  options: { readonly salt?: number } = {},
): Uint8Array {
  const { salt = 0 } = options;
  const bytes = new Uint8Array(sizeBytes);
  // The salt enters as a whole number that is never 0 modulo 256, and so changes every byte.
  for (let at = 0; at < sizeBytes; at++)
    bytes[at] = (at * 7 + (at >>> 6) * 11 + salt * 29 + 1) & 255;
  return bytes;
}
