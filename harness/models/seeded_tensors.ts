import { encodeFloats, type FloatDtype } from "./encode_floats.ts";
import {
  type Matrix,
  type Quantization,
  quantizeAffine,
  type QuantizedMatrix,
} from "./quantize_affine.ts";
import { type Packing, quantizeFloats } from "./quantize_floats.ts";
import { seededNumbers } from "./seeded_numbers.ts";
import type { Tensor } from "./write_safetensors.ts";

/** What decides the numbers of a vector. */
export interface SeededVectorOptions {
  readonly seed: number;
  readonly dtype: FloatDtype;
  /** What the numbers lie around. */
  readonly center: number;
}

/** Makes a vector of numbers that lie around a center. */
export function seededVector(name: string, size: number, options: SeededVectorOptions): Tensor {
  const { seed, dtype, center } = options;
  const numbers = seededNumbers(size, { seed, name, center, spread: 0.25 });
  return { name, dtype, shape: [size], data: encodeFloats(numbers, dtype) };
}

/** What decides the tensors of a matrix. */
export interface SeededMatrixOptions {
  readonly seed: number;
  readonly dtype: FloatDtype;
  /** Undefined for a matrix in full precision. */
  readonly packing: Packing | undefined;
  readonly hasBias: boolean;
}

/** Models that are drawn share most of their matrices; making those anew was a twentieth of a run. */
const CACHED_MATRICES_MAX = 2048;

const cachedMatrices = new Map<string, readonly Tensor[]>();
/** Before the scales are written in a dtype, so that models of all dtypes share them. */
const cachedPackings = new Map<string, PackedMatrix>();

/**
 * Makes the tensors of a matrix, packed or not.
 *
 * @param shape rows and columns; before them the number of matrices, where several lie in one tensor
 */
export function seededMatrix(
  layer: string,
  shape: readonly number[],
  options: SeededMatrixOptions,
): readonly Tensor[] {
  const { seed, dtype, packing, hasBias } = options;
  const key = JSON.stringify([layer, shape, seed, dtype, hasBias, packing]);
  const cached = cachedMatrices.get(key);
  if (cached !== undefined) return cached;
  const tensors = makeMatrix(layer, shape, options);
  keep(cachedMatrices, key, tensors);
  return tensors;
}

/** Keeps a value, and lets the oldest one go where there are too many. */
function keep<Value>(cache: Map<string, Value>, key: string, value: Value): void {
  const oldest = cache.keys().next();
  if (cache.size >= CACHED_MATRICES_MAX && oldest.done !== true) cache.delete(oldest.value);
  cache.set(key, value);
}

function makeMatrix(
  layer: string,
  shape: readonly number[],
  { seed, dtype, packing, hasBias }: SeededMatrixOptions,
): Tensor[] {
  const columns = shape.at(-1) ?? 0;
  const lead = shape.slice(0, -1);
  const rows = lead.reduce((product, size) => product * size, 1);
  const name = `${layer}.weight`;
  const isEmbedding = layer.endsWith("model.embed_tokens");
  const spread = isEmbedding ? 1 : gainOf(layer) * Math.sqrt(3 / columns);
  const numbers = () => seededNumbers(rows * columns, { seed, name, spread });
  const vector = { seed, dtype, center: 0 };
  const bias = hasBias ? [seededVector(`${layer}.bias`, rows, vector)] : [];
  if (packing === undefined) {
    return [{ name, dtype, shape, data: encodeFloats(numbers(), dtype) }, ...bias];
  }
  const packedShape = [...lead, (columns * packing.bits) / 32];
  const groups = [...lead, columns / packing.groupSize];
  if ("mode" in packing) {
    const { packed, scales } = quantizeFloats({ values: numbers(), rows, columns }, packing);
    return [
      { name, dtype: "U32", shape: packedShape, data: littleEndian(packed) },
      { name: `${layer}.scales`, dtype: "U8", shape: groups, data: scales },
      ...bias,
    ];
  }
  const key = JSON.stringify([name, shape, seed, packing]);
  const known = cachedPackings.get(key);
  const { data, scales, biases } =
    known ?? packMatrix({ values: numbers(), rows, columns }, packing);
  if (known === undefined) keep(cachedPackings, key, { data, scales, biases });
  return [
    { name, dtype: "U32", shape: packedShape, data },
    { name: `${layer}.scales`, dtype, shape: groups, data: encodeFloats(scales, dtype) },
    { name: `${layer}.biases`, dtype, shape: groups, data: encodeFloats(biases, dtype) },
    ...bias,
  ];
}

/** A quantized matrix with its codes as bytes. */
type PackedMatrix = Pick<QuantizedMatrix, "scales" | "biases"> & { readonly data: Uint8Array };

function packMatrix(matrix: Matrix, quantization: Quantization): PackedMatrix {
  const { packed, scales, biases } = quantizeAffine(matrix, quantization);
  return { data: littleEndian(packed), scales, biases };
}

/**
 * A spread of sqrt(3 / columns) keeps the size of activations; what a block adds to the residual is
 * made larger, because a tied model would otherwise answer every token with itself.
 */
function gainOf(layer: string): number {
  return layer.endsWith(".o_proj") || layer.endsWith(".down_proj") ? 4 : 1;
}

function littleEndian(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < words.length; index++) {
    view.setUint32(index * 4, words[index] ?? 0, true);
  }
  return bytes;
}
