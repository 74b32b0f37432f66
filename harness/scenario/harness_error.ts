/**
 * A fault of the court itself: never a verdict on the accused.
 *
 * @example
 * ```ts
 * import { HarnessError } from "mlx-layout/harness";
 * import assert from "node:assert/strict";
 *
 * assert.equal(new HarnessError("Cannot judge: no such world").name, "HarnessError");
 * ```
 */
export class HarnessError extends Error {
  override readonly name: string = "HarnessError";
}
