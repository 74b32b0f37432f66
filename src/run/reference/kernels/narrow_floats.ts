/**
 * Floats of fewer bits than 32, and the instructions that widen four of them.
 *
 * @module
 */

import type { Expression } from "../wasm/expression.ts";
import { f32x4, i32, i32x4, i8x16, type Local, v128 } from "../wasm/instructions.ts";

/** How floats of fewer bits are written. */
export interface NarrowFloat {
  /** The bits of exponent and mantissa, and how far they are from those of a float32. */
  readonly magnitude: number;
  readonly shift: number;
  /** The power of two, as a float32's bits, by which the exponents' biases differ. */
  readonly factor: number;
  readonly sign: number;
  readonly signShift: number;
  /** From this magnitude on it is no number, or infinite. */
  readonly special: number;
}

/** Floats of 16 bits with five of exponent. */
export const HALF: NarrowFloat = {
  magnitude: 0x7fff,
  shift: 13,
  factor: 0x77800000,
  sign: 0x8000,
  signShift: 16,
  special: 0x7c00,
};

/** Floats of 8 bits with four of exponent; they have a NaN and no infinity. */
export const FLOAT8: NarrowFloat = {
  magnitude: 0x7f,
  shift: 20,
  factor: 0x7b800000,
  sign: 0x80,
  signShift: 24,
  special: 0x7f,
};

/**
 * Four floats of fewer bits: moved to the place of a float32's exponent and mantissa they are the value times a
 * power of two, also below the smallest normal number. Only infinities and NaNs need their exponent restored.
 */
export function widened(
  local: Local<"v128">,
  narrow: Expression<"v128">,
  float: NarrowFloat,
): Expression<"v128"> {
  const lanes = (value: number) => i32x4.splat(i32.const(value));
  const magnitude = v128.and(local.get, lanes(float.magnitude));
  const moved = i32x4.shl(magnitude, i32.const(float.shift));
  const scaled = f32x4.mul(moved, lanes(float.factor));
  const sign = i32x4.shl(v128.and(local.get, lanes(float.sign)), i32.const(float.signShift));
  const isSpecial = i32x4.geU(magnitude, lanes(float.special));
  const exponent = v128.and(isSpecial, lanes(0x7f800000));
  const value = v128.or(v128.or(scaled, sign), exponent);
  return { type: "v128", code: [...local.set(narrow), ...value.code] };
}

/** Twice what each code of four bits stands for: a sign, two bits of exponent, one of mantissa. */
const DOUBLED = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

/** Added to what is looked up, so that no number is below 0. */
const OFFSET = 12;

const LOW_BYTES = Array.from({ length: 16 }, (_, at) => (at % 2 === 0 ? 0xff : 0));

/**
 * Twice what four of eight codes of four bits stand for.
 *
 * @param codes one in each lane of 16 bits
 * @param extend chooses four lanes
 */
export function doubledFloat4(
  codes: Expression<"v128">,
  extend: (codes: Expression<"v128">) => Expression<"v128">,
): Expression<"v128"> {
  const table = v128.const(DOUBLED.map((value) => value + OFFSET));
  const found = v128.and(i8x16.swizzle(table, codes), v128.const(LOW_BYTES));
  return f32x4.add(f32x4.convertI32(extend(found)), f32x4.const(-OFFSET));
}
