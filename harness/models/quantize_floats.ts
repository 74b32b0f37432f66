import type { Matrix, Quantization } from "./quantize_affine.ts";

/** Packs numbers as floats of a few bits with a scale for each group; each mode has one size. */
export interface FloatPacking {
  readonly mode: "mxfp4" | "mxfp8" | "nvfp4";
  readonly bits: 4 | 8;
  readonly groupSize: 16 | 32;
}

/** One of MLX's ways to pack a matrix. */
export type Packing = Quantization | FloatPacking;

/** All of MLX's modes of floats. */
export const FLOAT_PACKINGS: readonly FloatPacking[] = [
  { mode: "mxfp4", bits: 4, groupSize: 32 },
  { mode: "mxfp8", bits: 8, groupSize: 32 },
  { mode: "nvfp4", bits: 4, groupSize: 16 },
];

/** A matrix as MLX packs it: `value = scale * float`. */
export interface PackedFloats {
  /** `[rows, columns * bits / 32]`: codes, lowest bits first. */
  readonly packed: Uint32Array;
  /** `[rows, columns / groupSize]`: a power of two, or for nvfp4 a float of 8 bits. */
  readonly scales: Uint8Array;
}

/** What each code of a float with a sign, `exponentBits` and `mantissaBits` stands for. */
function codeValues(exponentBits: number, mantissaBits: number): Float32Array {
  const magnitudes = 2 ** (exponentBits + mantissaBits);
  const bias = 2 ** (exponentBits - 1) - 1;
  return Float32Array.from({ length: 2 * magnitudes }, (_, code) => {
    const magnitude = code % magnitudes;
    const exponent = magnitude >> mantissaBits;
    const fraction = (magnitude % 2 ** mantissaBits) / 2 ** mantissaBits;
    const size =
      exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
    return code < magnitudes ? size : -size;
  });
}

const FLOAT4 = codeValues(2, 1);
const FLOAT8 = codeValues(4, 3);
/** The last code of each sign is no number. */
FLOAT8[0x7f] = Number.NaN;
FLOAT8[0xff] = Number.NaN;

function elementsOf({ bits }: FloatPacking): Float32Array {
  return bits === 4 ? FLOAT4 : FLOAT8;
}

function scaleOf(code: number, { mode }: FloatPacking): number {
  return mode === "nvfp4" ? (FLOAT8[code] ?? Number.NaN) : 2 ** (code - 127);
}

/**
 * Quantizes a matrix as `mx.quantize` does in these modes.
 *
 * @throws {RangeError} when the columns are not a multiple of the group size
 */
export function quantizeFloats(matrix: Matrix, packing: FloatPacking): PackedFloats {
  const { values, rows, columns } = matrix;
  const { bits, groupSize, mode } = packing;
  if (columns % groupSize !== 0) {
    throw new RangeError(
      `Cannot quantize ${columns} columns in groups of ${groupSize}: columns must be a multiple of the group size`,
    );
  }
  const elements = elementsOf(packing);
  const top = bits === 4 ? 6 : 448;
  const groups = (rows * columns) / groupSize;
  const scales = new Uint8Array(groups);
  const packed = new Uint32Array((rows * columns * bits) / 32);
  for (let group = 0; group < groups; group++) {
    const start = group * groupSize;
    const own = values.subarray(start, start + groupSize);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const wanted = Math.fround(largest / top);
    const code = mode === "nvfp4" ? nearest(wanted, FLOAT8) : powerCode(wanted);
    const scale = scaleOf(code, packing);
    scales[group] = code;
    own.forEach((value, at) => {
      const bit = (start + at) * bits;
      const element = scale === 0 ? 0 : nearest(Math.fround(value / scale), elements);
      packed[bit >>> 5] = ((packed[bit >>> 5] ?? 0) | (element << (bit & 31))) >>> 0;
    });
  }
  return { packed, scales };
}

/** Gives the values that the codes stand for, as `mx.dequantize` does. */
export function dequantizeFloats(
  { packed, scales }: PackedFloats,
  packing: FloatPacking,
): Float32Array {
  const { bits, groupSize } = packing;
  const elements = elementsOf(packing);
  const mask = 2 ** bits - 1;
  return Float32Array.from({ length: (packed.length * 32) / bits }, (_, index) => {
    const bit = index * bits;
    const code = ((packed[bit >>> 5] ?? 0) >>> (bit & 31)) & mask;
    const scale = scaleOf(scales[Math.floor(index / groupSize)] ?? 0, packing);
    return scale * (elements[code] ?? Number.NaN);
  });
}

/** The code of the next power of two. */
function powerCode(value: number): number {
  // Of a group of zeros it is 1.
  if (value === 0) return 127;
  return Math.min(Math.max(Math.ceil(Math.log2(value)), -127), 127) + 127;
}

/** The code of the nearest value, the even one of two that are as near. */
function nearest(value: number, values: Float32Array): number {
  const half = values.length / 2;
  const size = Math.abs(value);
  // Magnitudes rise with their codes: the first that is not below, or the one before it. The last of eight bits is no number.
  let [below, above] = [-1, half - 1];
  while (above - below > 1) {
    const middle = (above + below) >> 1;
    if ((values[middle] ?? 0) < size) below = middle;
    else above = middle;
  }
  if (below < 0 || Number.isNaN(size)) return 0;
  const [distance, lowest] = [(values[above] ?? 0) - size, size - (values[below] ?? 0)];
  const isAbove = Math.abs(distance) < lowest || (Math.abs(distance) === lowest && above % 2 === 0);
  const best = isAbove ? above : below;
  // MLX writes no zero with a sign.
  return value < 0 && best > 0 ? best + half : best;
}
