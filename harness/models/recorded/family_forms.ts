import { forms, LONG, type QuestionForm, SHORT } from "./question_form.ts";

/** Forms of families that differ from a llama by little. */
export const FAMILY_FORMS: readonly QuestionForm[] = [
  ...forms("mistral", {
    "windows of eight": { options: { layers: 3, slidingWindow: 8 } },
    "a window that nothing names": { change: { config: { sliding_window: 4 } } },
    "a linear rotation": { options: { ropeScaling: { type: "linear", factor: 2.5 } } },
  }),
  ...forms("qwen2", {
    "a qwen2 that says little": {
      options: { tied: true, kvHeads: 2 },
      change: {
        without: ["rope_theta", "rope_scaling", "tie_word_embeddings"],
      },
    },
    "a qwen2 of its own output": { options: { ropeTraditional: true } },
    "a head_dim that means nothing": { change: { config: { head_dim: 8 } } },
    "yarn of a qwen2": {
      options: {
        ropeScaling: { type: "yarn", factor: 4, original_max_position_embeddings: 32 },
      },
    },
    "a packed qwen2": { options: { quantization: { bits: 5, groupSize: 32 } } },
  }),
  ...forms("qwen3", {
    "a qwen3 of its own output": { options: { headSize: 16, heads: 4, kvHeads: 2 } },
    "a qwen3 with as many keys": { options: { kvHeads: 2 }, promptLength: 2 },
    "a tied qwen3": { options: { tied: true } },
    "both settings in rope_parameters": {
      change: {
        without: ["rope_theta", "rope_scaling"],
        config: { rope_parameters: { rope_theta: 500, rope_type: "linear", factor: 3 } },
      },
    },
    "a base in rope_parameters": {
      change: {
        without: ["rope_theta"],
        config: { rope_parameters: { rope_theta: 300, rope_type: "default" } },
      },
    },
    "a base and a scaling outside rope_parameters": {
      options: { ropeScaling: { rope_type: "linear", factor: 2 } },
      change: {
        config: { rope_parameters: { rope_theta: 300, rope_type: "linear", factor: 7 } },
      },
    },
  }),
  ...forms("phi3", {
    "a phi3 that says little": {
      change: {
        without: ["rope_theta", "tie_word_embeddings", "max_position_embeddings"],
      },
    },
    "a tied phi3": { options: { tied: true, heads: 4, kvHeads: 2 } },
    "half of each head": { options: { config: { partial_rotary_factor: 0.5 } } },
    "a scaling that says nothing": { options: { config: { rope_scaling: {} } } },
    "a linear phi3": {
      options: { config: { rope_scaling: { type: "linear", long_factor: 1, factor: 2.5 } } },
    },
    "longrope of a phi3": {
      options: {
        config: {
          rope_scaling: { type: "longrope", long_factor: LONG, short_factor: SHORT },
          original_max_position_embeddings: 64,
        },
      },
    },
    "su of a phi3": {
      options: {
        config: {
          rope_scaling: { type: "su", long_factor: LONG, short_factor: SHORT },
          original_max_position_embeddings: 256,
          partial_rotary_factor: 1,
        },
      },
    },
    "a phi3 of the context of mlx-lm": {
      options: {
        config: {
          rope_scaling: { type: "longrope", long_factor: LONG, short_factor: SHORT },
        },
      },
      change: { config: { max_position_embeddings: 60_000 } },
    },
    "a packed phi3": { options: { quantization: { bits: 4, groupSize: 32 } } },
  }),
  ...forms("smollm3", {
    "every fourth layer by itself": {
      options: { layers: 4, tied: true },
      change: { without: ["no_rope_layer_interval", "tie_word_embeddings", "rope_theta"] },
    },
    "layers that are named": { options: { config: { no_rope_layers: [0, 1] } } },
    "a list that is null": {
      options: {
        config: {
          no_rope_layers: null,
          no_rope_layer_interval: 1,
          layer_types: ["full_attention", "full_attention"],
        },
      },
    },
    "biases of a smollm3": { options: { attentionBias: true, mlpBias: true } },
  }),
  ...forms("olmo2", {
    "an olmo2 that says little": {
      options: { tied: true, kvHeads: 2 },
      change: {
        without: [
          "attention_bias",
          "mlp_bias",
          "rope_theta",
          "tie_word_embeddings",
          "num_key_value_heads",
        ],
      },
    },
    "biases of an olmo2": { options: { attentionBias: true, mlpBias: true, heads: 4, kvHeads: 2 } },
    "an olmo2 with heads of their own": { options: { headSize: 16, heads: 4, kvHeads: 2 } },
    "a packed olmo2": { options: { quantization: { mode: "mxfp4", bits: 4, groupSize: 32 } } },
  }),
];
