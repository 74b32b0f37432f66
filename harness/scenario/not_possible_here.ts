/**
 * A case that cannot be played in this world, or with this subject: a visible skip, and no verdict on anybody.
 *
 * @example
 * ```ts
 * import { NotPossibleHere } from "mlx-layout/harness";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new NotPossibleHere("no disk of another process can be wrapped").name, "NotPossibleHere");
 * ```
 */
export class NotPossibleHere extends Error {
  override readonly name = "NotPossibleHere";
}
