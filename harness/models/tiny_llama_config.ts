import type { TinyLlamaOptions } from "./tiny_llama.ts";
import type { Quantization } from "./quantize_affine.ts";
import { SPECIAL_TOKEN_IDS } from "./tiny_tokenizer.ts";

const DTYPE_NAMES = { F32: "float32", F16: "float16", BF16: "bfloat16" } as const;

/** What `config.json` of a tiny llama says, with the keys that published MLX repositories have. */
export function tinyLlamaConfig(options: TinyLlamaOptions): Record<string, unknown> {
  const quantization = quantizationBlock(options);
  return {
    architectures: ["LlamaForCausalLM"],
    attention_bias: false,
    bos_token_id: SPECIAL_TOKEN_IDS.turnStart,
    eos_token_id: SPECIAL_TOKEN_IDS.turnEnd,
    hidden_act: "silu",
    hidden_size: options.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: options.intermediateSize,
    max_position_embeddings: 256,
    mlp_bias: false,
    model_type: "llama",
    num_attention_heads: options.heads,
    num_hidden_layers: options.layers,
    num_key_value_heads: options.kvHeads,
    pad_token_id: SPECIAL_TOKEN_IDS.turnEnd,
    ...(quantization === undefined ? {} : { quantization, quantization_config: quantization }),
    rms_norm_eps: 1e-5,
    rope_scaling: null,
    rope_theta: 10000.0,
    tie_word_embeddings: options.tied,
    torch_dtype: DTYPE_NAMES[options.dtype],
    use_cache: true,
    vocab_size: options.vocabSize,
  };
}

function quantizationBlock({ quantization }: TinyLlamaOptions) {
  if (quantization === undefined) {
    return undefined;
  }
  const entry = ({ bits, groupSize }: Quantization) => ({ group_size: groupSize, bits });
  const perLayer = Object.entries(quantization.perLayer ?? {}).map(([layer, value]) => [
    layer,
    value === false ? false : entry(value),
  ]);
  return { ...entry(quantization), mode: "affine", ...Object.fromEntries(perLayer) };
}
