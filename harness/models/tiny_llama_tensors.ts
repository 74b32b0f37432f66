import { encodeFloats, type FloatDtype } from "./encode_floats.ts";
import type { LlamaFamilyOptions } from "./llama_family.ts";
import { type Quantization, quantizeAffine } from "./quantize_affine.ts";
import { seededNumbers } from "./seeded_numbers.ts";
import type { Tensor } from "./write_safetensors.ts";

/** What decides the tensors of a tiny model of the llama family. */
export interface LlamaTensorsOptions extends Pick<
  LlamaFamilyOptions,
  "family" | "headSize" | "attentionBias" | "mlpBias"
> {
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
  const headSize = options.headSize ?? hiddenSize / options.heads;
  const kvSize = headSize * options.kvHeads;
  const querySize = headSize * options.heads;
  const tensors = [...matrixTensors("model.embed_tokens", [vocabSize, hiddenSize], options)];
  for (let layer = 0; layer < options.layers; layer++) {
    const prefix = `model.layers.${layer}`;
    tensors.push(
      vectorTensor(`${prefix}.input_layernorm.weight`, hiddenSize, options),
      ...matrixTensors(`${prefix}.mlp.down_proj`, [hiddenSize, intermediateSize], options),
      ...matrixTensors(`${prefix}.mlp.gate_proj`, [intermediateSize, hiddenSize], options),
      ...matrixTensors(`${prefix}.mlp.up_proj`, [intermediateSize, hiddenSize], options),
      vectorTensor(`${prefix}.post_attention_layernorm.weight`, hiddenSize, options),
      ...matrixTensors(`${prefix}.self_attn.k_proj`, [kvSize, hiddenSize], options),
      ...matrixTensors(`${prefix}.self_attn.o_proj`, [hiddenSize, querySize], options),
      ...matrixTensors(`${prefix}.self_attn.q_proj`, [querySize, hiddenSize], options),
      ...matrixTensors(`${prefix}.self_attn.v_proj`, [kvSize, hiddenSize], options),
    );
    if (options.family === "qwen3") {
      tensors.push(
        vectorTensor(`${prefix}.self_attn.q_norm.weight`, headSize, options),
        vectorTensor(`${prefix}.self_attn.k_norm.weight`, headSize, options),
      );
    }
  }
  tensors.push(vectorTensor("model.norm.weight", hiddenSize, options));
  if (!options.tied) {
    tensors.push(...matrixTensors("lm_head", [vocabSize, hiddenSize], options));
  }
  return tensors;
}

/** The weights of a norm lie around 1, biases around 0. */
function vectorTensor(name: string, size: number, options: LlamaTensorsOptions): Tensor {
  const { seed, dtype } = options;
  const center = name.endsWith(".bias") ? 0 : 1;
  const numbers = seededNumbers(size, { seed, name, center, spread: 0.25 });
  return { name, dtype, shape: [size], data: encodeFloats(numbers, dtype) };
}

/** Which matrices have biases that are added to their outputs. */
function hasBias(layer: string, { family, attentionBias, mlpBias }: LlamaTensorsOptions): boolean {
  if (family === "qwen2") return /\.[qkv]_proj$/.test(layer);
  if (family === "qwen3") return false;
  return (attentionBias && layer.includes(".self_attn.")) || (mlpBias && layer.includes(".mlp."));
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
  const isBiased = hasBias(layer, options);
  const key = JSON.stringify([layer, shape, seed, dtype, isBiased, options.quantizationOf(layer)]);
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
  const bias = hasBias(layer, options) ? [vectorTensor(`${layer}.bias`, rows, options)] : [];
  if (quantization === undefined) {
    const weight = { name, dtype, shape: [rows, columns], data: encodeFloats(values, dtype) };
    return [weight, ...bias];
  }
  const { bits, groupSize } = quantization;
  const { packed, scales, biases } = quantizeAffine({ values, rows, columns }, quantization);
  const groups = [rows, columns / groupSize];
  return [
    { name, dtype: "U32", shape: [rows, (columns * bits) / 32], data: littleEndian(packed) },
    { name: `${layer}.scales`, dtype, shape: groups, data: encodeFloats(scales, dtype) },
    { name: `${layer}.biases`, dtype, shape: groups, data: encodeFloats(biases, dtype) },
    ...bias,
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
