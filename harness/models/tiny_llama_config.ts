import { ARCHITECTURES } from "./llama_family.ts";
import type { TinyLlamaOptions } from "./tiny_llama_options.ts";
import type { Packing } from "./quantize_floats.ts";
import { SPECIAL_TOKEN_IDS } from "./tiny_tokenizer.ts";

/** What `torch_dtype` calls them. */
export const DTYPE_NAMES = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;

/** What `config.json` of a tiny model says, with the keys that published MLX repositories have. */
export function tinyLlamaConfig(options: TinyLlamaOptions): Record<string, unknown> {
  const quantization = quantizationBlock(options);
  return {
    architectures: [ARCHITECTURES[options.family]],
    attention_bias: options.attentionBias,
    bos_token_id: SPECIAL_TOKEN_IDS.turnStart,
    eos_token_id: SPECIAL_TOKEN_IDS.turnEnd,
    hidden_act: "silu",
    hidden_size: options.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: options.intermediateSize,
    max_position_embeddings: 256,
    mlp_bias: options.mlpBias,
    model_type: options.family,
    num_attention_heads: options.heads,
    num_hidden_layers: options.layers,
    num_key_value_heads: options.kvHeads,
    pad_token_id: SPECIAL_TOKEN_IDS.turnEnd,
    ...(quantization === undefined ? {} : { quantization, quantization_config: quantization }),
    rms_norm_eps: 1e-5,
    rope_scaling: options.ropeScaling,
    rope_theta: options.ropeTheta,
    ...headAndWindow(options),
    ...(options.ropeTraditional ? { rope_traditional: true } : {}),
    tie_word_embeddings: options.tied,
    torch_dtype: DTYPE_NAMES[options.dtype],
    use_cache: true,
    vocab_size: options.vocabSize,
  };
}

/** Keys that a plain llama's configuration does without. */
function headAndWindow(options: TinyLlamaOptions) {
  const { headSize, heads, hiddenSize, family, layers, slidingWindow } = options;
  const hasHeadSize = headSize !== undefined || family === "qwen3";
  const kinds = Array.from({ length: layers }, (_, layer) =>
    layer % 2 === 1 ? "sliding_attention" : "full_attention",
  );
  return {
    ...(hasHeadSize ? { head_dim: headSize ?? hiddenSize / heads } : {}),
    ...(slidingWindow === undefined ? {} : { sliding_window: slidingWindow, layer_types: kinds }),
  };
}

/** What `quantization` says; undefined for a model in full precision. */
export function quantizationBlock({ quantization }: Pick<TinyLlamaOptions, "quantization">) {
  if (quantization === undefined) {
    return undefined;
  }
  const entry = (packing: Packing) => ({
    group_size: packing.groupSize,
    bits: packing.bits,
    ...("mode" in packing && { mode: packing.mode }),
  });
  const perLayer = Object.entries(quantization.perLayer ?? {}).map(([layer, value]) => [
    layer,
    value === false ? false : entry(value),
  ]);
  const mode = "mode" in quantization ? quantization.mode : "affine";
  return { ...entry(quantization), mode, ...Object.fromEntries(perLayer) };
}
