import type { FloatDtype } from "./encode_floats.ts";
import type { LlamaFamilyOptions } from "./llama_family.ts";
import type { Packing } from "./quantize_floats.ts";
import { seededMatrix, seededVector } from "./seeded_tensors.ts";
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
  readonly quantizationOf: (layer: string) => Packing | undefined;
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

/** The weights of a norm lie around 1. */
function vectorTensor(name: string, size: number, { seed, dtype }: LlamaTensorsOptions): Tensor {
  return seededVector(name, size, { seed, dtype, center: 1 });
}

/** Which matrices have biases that are added to their outputs. */
function hasBias(layer: string, { family, attentionBias, mlpBias }: LlamaTensorsOptions): boolean {
  if (family === "qwen2") return /\.[qkv]_proj$/.test(layer);
  if (family === "qwen3") return false;
  return (attentionBias && layer.includes(".self_attn.")) || (mlpBias && layer.includes(".mlp."));
}

function matrixTensors(
  layer: string,
  shape: readonly [number, number],
  options: LlamaTensorsOptions,
): readonly Tensor[] {
  const { seed, dtype } = options;
  const packing = options.quantizationOf(layer);
  return seededMatrix(layer, shape, { seed, dtype, packing, hasBias: hasBias(layer, options) });
}
