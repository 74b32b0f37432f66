import { encodeFloats, type FloatDtype } from "./encode_floats.ts";
import { type Quantization, quantizeAffine } from "./quantize_affine.ts";
import { seededNumbers } from "./seeded_numbers.ts";
import type { Tensor } from "./write_safetensors.ts";

/** What decides the tensors of a tiny llama. */
export interface LlamaTensorsOptions {
  readonly seed: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly vocabSize: number;
  readonly intermediateSize: number;
  readonly dtype: FloatDtype;
  readonly tied: boolean;
  /** How a layer is packed, if it is. */
  readonly quantizationOf: (layer: string) => Quantization | undefined;
}

/** Makes the tensors of a llama under the names and in the shapes that MLX gives them. */
export function tinyLlamaTensors(options: LlamaTensorsOptions): Tensor[] {
  const { hiddenSize, intermediateSize, vocabSize } = options;
  const kvSize = (hiddenSize / options.heads) * options.kvHeads;
  const tensors = [...matrixTensors("model.embed_tokens", [vocabSize, hiddenSize], options)];
  for (let layer = 0; layer < options.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    tensors.push(
      normTensor(`${prefix}.input_layernorm`, options),
      ...matrixTensors(`${prefix}.mlp.down_proj`, [hiddenSize, intermediateSize], options),
      ...matrixTensors(`${prefix}.mlp.gate_proj`, [intermediateSize, hiddenSize], options),
      ...matrixTensors(`${prefix}.mlp.up_proj`, [intermediateSize, hiddenSize], options),
      normTensor(`${prefix}.post_attention_layernorm`, options),
      ...matrixTensors(`${prefix}.self_attn.k_proj`, [kvSize, hiddenSize], options),
      ...matrixTensors(`${prefix}.self_attn.o_proj`, [hiddenSize, hiddenSize], options),
      ...matrixTensors(`${prefix}.self_attn.q_proj`, [hiddenSize, hiddenSize], options),
      ...matrixTensors(`${prefix}.self_attn.v_proj`, [kvSize, hiddenSize], options),
    );
  }
  tensors.push(normTensor("model.norm", options));
  if (!options.tied) {
    tensors.push(...matrixTensors("lm_head", [vocabSize, hiddenSize], options));
  }
  return tensors;
}

function normTensor(layer: string, options: LlamaTensorsOptions): Tensor {
  const { seed, hiddenSize, dtype } = options;
  const name = `${layer}.weight`;
  const numbers = seededNumbers(hiddenSize, { seed, name, center: 1, spread: 0.25 });
  return { name, dtype, shape: [hiddenSize], data: encodeFloats(numbers, dtype) };
}

/** Models that are drawn share most of their matrices; making those anew was a twentieth of a run. */
const CACHED_MATRICES_MAX = 1024;

const cachedMatrices = new Map<string, readonly Tensor[]>();

function matrixTensors(
  layer: string,
  shape: readonly [number, number],
  options: LlamaTensorsOptions,
): readonly Tensor[] {
  const { seed, dtype } = options;
  const key = JSON.stringify([layer, shape, seed, dtype, options.quantizationOf(layer)]);
  const cached = cachedMatrices.get(key);
  if (cached !== undefined) return cached;
  const tensors = makeMatrix(layer, shape, options);
  if (cachedMatrices.size === CACHED_MATRICES_MAX) cachedMatrices.clear();
  cachedMatrices.set(key, tensors);
  return tensors;
}

function makeMatrix(
  layer: string,
  [rows, columns]: readonly [number, number],
  options: LlamaTensorsOptions,
): Tensor[] {
  const { seed, dtype } = options;
  const name = `${layer}.weight`;
  const spread = layer === "model.embed_tokens" ? 1 : gainOf(layer) * Math.sqrt(3 / columns);
  const values = seededNumbers(rows * columns, { seed, name, spread });
  const quantization = options.quantizationOf(layer);
  if (quantization === undefined) {
    return [{ name, dtype, shape: [rows, columns], data: encodeFloats(values, dtype) }];
  }
  const { bits, groupSize } = quantization;
  const { packed, scales, biases } = quantizeAffine({ values, rows, columns }, quantization);
  const groups = [rows, columns / groupSize];
  return [
    { name, dtype: "U32", shape: [rows, (columns * bits) / 32], data: littleEndian(packed) },
    { name: `${layer}.scales`, dtype, shape: groups, data: encodeFloats(scales, dtype) },
    { name: `${layer}.biases`, dtype, shape: groups, data: encodeFloats(biases, dtype) },
  ];
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
