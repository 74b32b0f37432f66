import type { ModelChange } from "./change_model.ts";
import { forms, ODD, type QuestionForm } from "./question_form.ts";

/** What the layers of a gemma2 add is made larger, as its output is its embedding: it would repeat its input otherwise. */
const LOUD: ModelChange = {
  masks: ["0", "1"].flatMap((layer) =>
    ["attention", "feedforward"].map((half) => ({
      tensor: `model.layers.${layer}.post_${half}_layernorm.weight`,
      or: [0, 0, 0, 1],
    })),
  ),
};

/** Forms of families with factors, with other norms, or with experts. */
export const OTHER_FORMS: readonly QuestionForm[] = [
  ...forms("granite", {
    "a tied granite": {
      options: { tied: true, heads: 4, kvHeads: 2 },
      change: { without: ["tie_word_embeddings"] },
    },
    "biases of a granite's attention": { options: { attentionBias: true } },
    "biases of a granite's inner half": { options: { mlpBias: true } },
    "a granite with a linear rotation": {
      options: { config: { rope_scaling: { type: "linear", factor: 3 } } },
    },
    "a granite with strong factors": {
      options: {
        config: {
          attention_multiplier: 0.5,
          embedding_multiplier: 6,
          residual_multiplier: 0.4,
          logits_scaling: 0.5,
        },
      },
    },
  }),
  ...forms("gemma2", {
    "a gemma2 that says little": {
      change: {
        ...LOUD,
        without: [
          "rope_theta",
          "attn_logit_softcapping",
          "final_logit_softcapping",
          "query_pre_attn_scalar",
        ],
      },
    },
    "scores that are bent early": {
      options: {
        headSize: 16,
        heads: 4,
        kvHeads: 2,
        config: { attn_logit_softcapping: 0.5, final_logit_softcapping: 20 },
      },
      change: LOUD,
    },
    "a gemma2 with neighbours": { change: { ...LOUD, config: { rope_traditional: true } } },
    "a packed gemma2": {
      options: { quantization: { bits: 8, groupSize: 64 } },
      change: LOUD,
    },
  }),
  ...forms("gemma3_text", {
    "six layers of which one sees all": {
      options: { layers: 6 },
      change: {
        without: [
          "sliding_window_pattern",
          "rope_theta",
          "rope_local_base_freq",
          "query_pre_attn_scalar",
        ],
      },
    },
    "a window of four": {
      options: { layers: 3, tied: true, config: { sliding_window: 4, sliding_window_pattern: 3 } },
    },
    "a stretched gemma3": {
      options: { config: { rope_scaling: { rope_type: "linear", factor: 8 } } },
    },
    "a hidden size whose root is rounded": {
      options: { ...ODD, quantization: undefined },
    },
  }),
  ...forms("gemma3", {
    "the text of a gemma3": { options: { layers: 3, config: { sliding_window_pattern: 2 } } },
    "a gemma3 of usual heads": {
      options: { heads: 8, kvHeads: 4, headSize: 8, tied: true },
      change: { without: ["num_attention_heads", "num_key_value_heads"] },
    },
  }),
  ...forms("mixtral", {
    "a mixtral that says little": {
      change: {
        without: ["rope_theta", "num_experts_per_tok", "rms_norm_eps", "tie_word_embeddings"],
      },
    },
    "a tied mixtral": { options: { tied: true, experts: 5, config: { num_experts_per_tok: 3 } } },
    "experts in tensors of their own": { change: { expertsApart: true } },
    "packed experts": { options: { quantization: { bits: 4, groupSize: 32 } } },
    "odd experts": { options: { ...ODD, dtype: "F16" } },
    "a mixtral with neighbours": { change: { config: { rope_traditional: true } } },
  }),
  ...forms("qwen2_moe", {
    "a shared expert": { options: { config: { num_experts_per_tok: 1 } } },
    "a shared expert of another size": {
      options: { intermediateSize: 160, expertSize: 32, experts: 6 },
      change: { without: ["rope_theta"] },
    },
    "a packed shared expert": {
      options: { quantization: { mode: "nvfp4", bits: 4, groupSize: 16 } },
    },
    "a shared expert that is packed otherwise": {
      options: {
        quantization: {
          bits: 4,
          groupSize: 32,
          perLayer: {
            "model.layers.0.mlp.gate": { bits: 8, groupSize: 64 },
            "model.layers.0.mlp.shared_expert_gate": false,
            "model.layers.0.mlp.shared_expert.gate_proj": { bits: 6, groupSize: 32 },
            "model.layers.0.mlp.shared_expert.up_proj": { bits: 5, groupSize: 32 },
            "model.layers.1.mlp.shared_expert.down_proj": { bits: 3, groupSize: 32 },
            "model.layers.1.mlp.switch_mlp.up_proj": { bits: 2, groupSize: 32 },
          },
        },
      },
    },
    "a shared expert beside those apart": { change: { expertsApart: true } },
    "every expert of a token": { options: { experts: 3, config: { num_experts_per_tok: 3 } } },
  }),
  ...forms("qwen3_moe", {
    "shares that are not normalized": { options: { config: { norm_topk_prob: false } } },
    "shares that are normalized": { options: { experts: 6, config: { num_experts_per_tok: 3 } } },
    "a layer without experts": { options: { config: { mlp_only_layers: [0] } } },
    "every second layer with experts": {
      options: { layers: 3, config: { mlp_only_layers: [0, 2], decoder_sparse_step: 2 } },
    },
    "layers before the step": {
      options: { config: { mlp_only_layers: [0] } },
      change: { config: { mlp_only_layers: [], decoder_sparse_step: 2 } },
    },
    "no experts at all": {
      options: { tied: true, config: { mlp_only_layers: [0, 1] } },
      change: { config: { mlp_only_layers: [], num_experts: 0 } },
    },
    "experts apart, and heads of a size of their own": {
      options: { headSize: 16, heads: 4, kvHeads: 2 },
      change: { expertsApart: true },
    },
  }),
];
