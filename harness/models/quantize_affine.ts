/** Bits of one packed weight, as MLX supports them. */
export const QUANTIZATION_BITS = [2, 3, 4, 5, 6, 8] as const;

/** How many weights of a row share one scale and bias. */
export const GROUP_SIZES = [32, 64, 128] as const;

/** One of {@linkcode QUANTIZATION_BITS}, or the one bit that only few models have. */
export type QuantizationBits = (typeof QUANTIZATION_BITS)[number] | 1;

/** One of {@linkcode GROUP_SIZES}. */
export type GroupSize = (typeof GROUP_SIZES)[number];

const ROUNDER = 1.5 * 2 ** 23;

/** Bits and group size of one quantized layer. */
export interface Quantization {
  readonly bits: QuantizationBits;
  readonly groupSize: GroupSize;
}

/** A float32 matrix, row by row. */
export interface Matrix {
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** A matrix as MLX packs it: `value = scale * code + bias`. */
export interface QuantizedMatrix {
  /** `[rows, columns * bits / 32]`: the codes of a row as one stream of bits, lowest bit first. */
  readonly packed: Uint32Array;
  /** `[rows, columns / groupSize]` */
  readonly scales: Float32Array;
  /** `[rows, columns / groupSize]` */
  readonly biases: Float32Array;
}

/**
 * Quantizes a matrix as `mx.quantize` does in mode "affine", bit for bit in float32; with one bit the codes may be others.
 *
 * @throws {RangeError} when the columns are not a multiple of the group size.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { quantizeAffine } from "mlx-conform/internal";
 *
 * const matrix = { values: Float32Array.from({ length: 32 }, (_, i) => i), rows: 1, columns: 32 };
 * const { packed } = quantizeAffine(matrix, { bits: 8, groupSize: 32 });
 * assert.equal(packed.length, 8);
 * ```
 */
export function quantizeAffine(matrix: Matrix, { bits, groupSize }: Quantization): QuantizedMatrix {
  const { values, rows, columns } = matrix;
  if (columns % groupSize !== 0) {
    throw new RangeError(
      `Cannot quantize ${columns} columns in groups of ${groupSize}: columns must be a multiple of the group size`,
    );
  }
  const groups = (rows * columns) / groupSize;
  const scales = new Float32Array(groups);
  const biases = new Float32Array(groups);
  const packed = new Uint32Array((rows * columns * bits) / 32);
  const top = 2 ** bits - 1;
  let word = 0;
  let wordIndex = 0;
  let filled = 0;
  for (let group = 0; group < groups; group++) {
    const start = group * groupSize;
    const end = start + groupSize;
    let low = Infinity;
    let high = -Infinity;
    // By number and not by `for of`, which takes twice as long: a run of the suite packs hundreds of millions.
    for (let index = start; index < end; index++) {
      const value = values[index] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    const [scale, bias] = fitGroup(low, high, top);
    scales[group] = scale;
    biases[group] = bias;
    for (let index = start; index < end; index++) {
      const ratio = Math.fround(Math.fround((values[index] ?? 0) - bias) / scale);
      const clamped = ratio > 0 ? (ratio < top ? ratio : top) : 0;
      // A float32 of this size has no digits after the point, so the sum is rounded, ties to even.
      const code = Math.fround(clamped + ROUNDER) - ROUNDER;
      word |= code << filled;
      filled += bits;
      if (filled >= 32) {
        // A code of 3, 5 or 6 bits may straddle two words; a group always ends on a word.
        packed[wordIndex++] = word >>> 0;
        filled -= 32;
        word = filled === 0 ? 0 : code >>> (bits - filled);
      }
    }
  }
  return { packed, scales, biases };
}

/** Gives the values that the codes stand for, as `mx.dequantize` does. */
export function dequantizeAffine(
  { packed, scales, biases }: QuantizedMatrix,
  { bits, groupSize }: Quantization,
): Float32Array {
  const values = new Float32Array((packed.length * 32) / bits);
  const mask = 2 ** bits - 1;
  for (let index = 0; index < values.length; index++) {
    const bit = index * bits;
    const low = (packed[bit >>> 5] ?? 0) >>> (bit & 31);
    const rest = 32 - (bit & 31);
    const code = (rest < bits ? low | ((packed[(bit >>> 5) + 1] ?? 0) << rest) : low) & mask;
    const group = Math.floor(index / groupSize);
    values[index] = Math.fround((scales[group] ?? 0) * code) + (biases[group] ?? 0);
  }
  return values;
}

/** Scale and bias of one group: the edge that is farther from zero is met exactly, and zero too. */
function fitGroup(low: number, high: number, top: number): [scale: number, bias: number] {
  const lowIsFarther = Math.abs(low) > Math.abs(high);
  const width = Math.max(Math.fround(Math.fround(high - low) / top), Math.fround(1e-7));
  const scale = lowIsFarther ? width : -width;
  const edge = lowIsFarther ? low : high;
  const steps = roundHalfEven(Math.fround(edge / scale));
  return steps === 0 ? [scale, 0] : [Math.fround(edge / steps), edge];
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) {
    return rest < 0.5 ? floor : floor + 1;
  }
  return floor % 2 === 0 ? floor : floor + 1;
}
