import { prefixOf, type TinyFamily, type TinyFamilyOptions } from "./tiny_family_options.ts";
import { DTYPE_NAMES, quantizationBlock } from "../tiny_llama_config.ts";
import { SPECIAL_TOKEN_IDS } from "../tiny_tokenizer.ts";

/** What transformers calls the class of each. */
const ARCHITECTURES = {
  gemma2: "Gemma2ForCausalLM",
  gemma3: "Gemma3ForConditionalGeneration",
  gemma3_text: "Gemma3ForCausalLM",
  granite: "GraniteForCausalLM",
  mixtral: "MixtralForCausalLM",
  olmo2: "Olmo2ForCausalLM",
  phi3: "Phi3ForCausalLM",
  qwen2_moe: "Qwen2MoeForCausalLM",
  qwen3_moe: "Qwen3MoeForCausalLM",
  smollm3: "SmolLM3ForCausalLM",
} as const satisfies Record<TinyFamily, string>;

/** What `config.json` of a tiny model says, with the keys that published MLX repositories have. */
export function tinyFamilyConfig(options: TinyFamilyOptions): Record<string, unknown> {
  const { family, hiddenSize, heads } = options;
  const quantization = quantizationBlock(options);
  const outer = {
    architectures: [ARCHITECTURES[family]],
    model_type: family,
    bos_token_id: SPECIAL_TOKEN_IDS.turnStart,
    eos_token_id: SPECIAL_TOKEN_IDS.turnEnd,
    pad_token_id: SPECIAL_TOKEN_IDS.turnEnd,
    ...(quantization === undefined ? {} : { quantization, quantization_config: quantization }),
    torch_dtype: DTYPE_NAMES[options.dtype],
    vocab_size: options.vocabSize,
  };
  const inner = {
    hidden_size: hiddenSize,
    intermediate_size: options.intermediateSize,
    num_hidden_layers: options.layers,
    num_attention_heads: heads,
    num_key_value_heads: options.kvHeads,
    rms_norm_eps: 1e-5,
    max_position_embeddings: 256,
    rope_theta: options.ropeTheta,
    tie_word_embeddings: options.tied,
    ...(options.headSize === undefined ? {} : { head_dim: options.headSize }),
    ...ownKeys(options),
    ...options.config,
  };
  if (prefixOf(family) === "") return { ...outer, ...inner };
  return { ...outer, text_config: { ...inner, model_type: "gemma3_text" }, vision_config: {} };
}

function ownKeys(options: TinyFamilyOptions): Record<string, unknown> {
  const { family, hiddenSize, heads, experts } = options;
  const biases = { attention_bias: options.attentionBias, mlp_bias: options.mlpBias };
  const headSize = options.headSize ?? hiddenSize / heads;
  switch (family) {
    case "gemma2":
      return {
        head_dim: headSize,
        query_pre_attn_scalar: 20,
        attn_logit_softcapping: 2.5,
        final_logit_softcapping: 20.5,
        sliding_window: 8,
      };
    case "gemma3":
    case "gemma3_text":
      return {
        head_dim: headSize,
        query_pre_attn_scalar: 6,
        rope_local_base_freq: 1000,
        sliding_window: 7,
        sliding_window_pattern: Math.min(2, options.layers),
      };
    case "granite":
      return {
        ...biases,
        attention_multiplier: 0.3,
        embedding_multiplier: 2.5,
        residual_multiplier: 0.7,
        logits_scaling: 3.5,
      };
    case "mixtral":
      return { num_local_experts: experts, num_experts_per_tok: 2 };
    case "qwen2_moe":
      return {
        num_experts: experts,
        num_experts_per_tok: 2,
        moe_intermediate_size: options.expertSize,
        shared_expert_intermediate_size: options.intermediateSize,
      };
    case "qwen3_moe":
      return {
        head_dim: headSize,
        num_experts: experts,
        num_experts_per_tok: 2,
        moe_intermediate_size: options.expertSize,
        decoder_sparse_step: 1,
        mlp_only_layers: [],
        norm_topk_prob: true,
      };
    case "smollm3":
      return { ...biases, no_rope_layer_interval: 2 };
    case "olmo2":
      return biases;
    case "phi3":
      return {};
  }
}
