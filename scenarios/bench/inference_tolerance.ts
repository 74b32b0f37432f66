/**
 * How far two runtimes may lie apart before a difference means anything.
 *
 * @module
 */

import type { FamilyCase } from "../../harness/internal.ts";

/**
 * How far two logits in float32 may lie apart, where both sides add up in orders of their own and logits reach the
 * size of 35: five times what was seen.
 */
export const TOLERANCE = 2e-4;

/**
 * The same where MLX computes in float32 on Metal, also on that of a virtual machine: ten times as far, since a graphics card adds up in
 * other orders and has `exp` and square roots of its own. It is stated and not measured: no night has run yet, and each prints what it saw.
 */
export const METAL_TOLERANCE = 10 * TOLERANCE;

/** Where MLX rounds every step to 16 bits: 32 units of its rounding, as a part of the largest logit. */
const HALF_TOLERANCE = { F16: 32 * 2 ** -11, BF16: 32 * 2 ** -8 } as const;

/** What is allowed when MLX computes in the format of the weights, as a part of the largest logit; 0 in float32. */
export function relativeTolerance(dtype: FamilyCase["dtype"]): number {
  return dtype === "F32" ? 0 : HALF_TOLERANCE[dtype];
}
