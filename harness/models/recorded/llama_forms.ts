import { forms, LONG, ODD, type OwnForm, type QuestionForm, SHORT } from "./question_form.ts";

/** Every kind of rotation. */
const ROTATIONS: Readonly<Record<string, OwnForm>> = {
  "a rotation called default": { options: { ropeScaling: { rope_type: "default" } } },
  "a rotation with sections": {
    options: { ropeScaling: { type: "mrope", mrope_section: [4, 6, 6] } },
  },
  "a rotation whose type is empty": {
    options: { ropeScaling: { type: "", rope_type: "linear", factor: 3 } },
  },
  "llama3 with numbers of its own": {
    options: {
      ropeTheta: 500_000,
      ropeScaling: {
        rope_type: "llama3",
        factor: 8,
        low_freq_factor: 2,
        high_freq_factor: 6,
        original_max_position_embeddings: 64,
      },
    },
  },
  "llama3 with the numbers of mlx-lm": {
    options: { ropeTheta: 500_000, ropeScaling: { rope_type: "llama3", factor: 16 } },
    promptLength: 130,
  },
  "yarn with the numbers of mlx-lm": { options: { ropeScaling: { type: "yarn", factor: 6 } } },
  "yarn with numbers of its own": {
    options: {
      ropeTraditional: true,
      ropeScaling: {
        type: "deepseek_yarn",
        factor: 4,
        original_max_position_embeddings: 128,
        beta_fast: 16,
        beta_slow: 2,
        mscale: 3,
        mscale_all_dim: 0.5,
      },
    },
  },
  "yarn that stretches nothing": {
    options: {
      ropeScaling: {
        type: "yarn",
        factor: 1,
        original_max_position_embeddings: 64,
        mscale: 8,
        mscale_all_dim: 2,
      },
    },
  },
  "yarn of a short context": {
    options: {
      ropeScaling: { type: "telechat3-yarn", factor: 5, original_max_position_embeddings: 6 },
    },
  },
  "yarn of a long context": {
    options: {
      ropeTheta: 100,
      ropeScaling: { type: "yarn", factor: 5, original_max_position_embeddings: 200_000 },
    },
  },
  "longrope with a factor for each pair": {
    options: {
      ropeScaling: {
        type: "longrope",
        long_factor: LONG,
        short_factor: SHORT,
        original_max_position_embeddings: 32,
      },
    },
  },
  "longrope with one factor": {
    options: {
      ropeScaling: {
        rope_type: "longrope",
        long_factor: [2.5],
        short_factor: [1],
        original_max_position_embeddings: 512,
      },
    },
  },
  "longrope with a number": {
    options: {
      ropeScaling: {
        type: "longrope",
        long_factor: 1.5,
        short_factor: 1,
        original_max_position_embeddings: 16,
      },
    },
  },
};

/** Forms of a llama: rotations, sizes, packings, and floats at their edges. */
export const LLAMA_FORMS: readonly QuestionForm[] = forms("llama", {
  ...ROTATIONS,
  "a llama that says little": {
    options: { tied: true, kvHeads: 2 },
    change: {
      without: [
        "attention_bias",
        "mlp_bias",
        "rope_theta",
        "rope_scaling",
        "tie_word_embeddings",
        "num_key_value_heads",
      ],
    },
  },
  "biases of attention": { options: { attentionBias: true, kvHeads: 2 }, promptLength: 9 },
  "biases of the inner half": { options: { mlpBias: true }, promptLength: 9 },
  "heads of a size of their own": { options: { headSize: 48, heads: 4, kvHeads: 2 } },
  "neighbours that are rotated together": { options: { ropeTraditional: true } },
  "a block of tokens": { promptLength: 32 },
  "a block of tokens and one": { promptLength: 33 },
  "a single token": { promptLength: 1 },
  "odd numbers in F32": { options: ODD },
  "odd numbers in F16": { options: { ...ODD, dtype: "F16" } },
  "odd numbers in BF16": { options: { ...ODD, dtype: "BF16" } },
  "embeddings near 0 in F16": {
    options: { dtype: "F16", layers: 1 },
    change: {
      config: { rms_norm_eps: 1e-12 },
      masks: [{ tensor: "model.embed_tokens.weight", and: [0xff, 0x83] }],
    },
  },
  "scales near 0 in F16": {
    options: { dtype: "F16", layers: 1, quantization: { bits: 4, groupSize: 32 } },
    change: {
      config: { rms_norm_eps: 1e-12 },
      masks: [
        { tensor: "model.embed_tokens.scales", and: [0xff, 0x83] },
        { tensor: "model.embed_tokens.biases", and: [0xff, 0x83] },
      ],
    },
  },
  "nvfp4 with scales near 0": {
    options: { layers: 1, quantization: { mode: "nvfp4", bits: 4, groupSize: 16 } },
    change: {
      config: { rms_norm_eps: 1e-12 },
      masks: [{ tensor: "model.embed_tokens.scales", and: [0x87] }],
    },
  },
  "nvfp4 with scales below 0": {
    options: { layers: 1, quantization: { mode: "nvfp4", bits: 4, groupSize: 16 } },
    change: { masks: [{ tensor: "model.layers.0.self_attn.v_proj.scales", or: [0x80, 0] }] },
  },
  "mxfp8 with numbers near 0": {
    options: { layers: 1, quantization: { mode: "mxfp8", bits: 8, groupSize: 32 } },
    change: {
      config: { rms_norm_eps: 1e-14 },
      masks: [{ tensor: "model.embed_tokens.weight", and: [0x87] }],
    },
  },
  "weights in three files": {
    options: { shards: 3, index: false, quantization: { bits: 6, groupSize: 32 } },
  },
  "queries, keys and outputs that are packed otherwise": {
    options: {
      quantization: {
        mode: "mxfp4",
        bits: 4,
        groupSize: 32,
        perLayer: {
          "model.layers.0.self_attn.q_proj": { bits: 8, groupSize: 32 },
          "model.layers.0.self_attn.k_proj": { bits: 6, groupSize: 32 },
          "model.layers.1.self_attn.o_proj": { bits: 5, groupSize: 32 },
          "model.layers.1.mlp.gate_proj": { bits: 3, groupSize: 32 },
        },
      },
    },
  },
  "layers that are packed otherwise": {
    options: {
      quantization: {
        bits: 4,
        groupSize: 32,
        perLayer: {
          "model.embed_tokens": { bits: 6, groupSize: 64 },
          lm_head: { bits: 8, groupSize: 32 },
          "model.layers.0.mlp.down_proj": { bits: 8, groupSize: 64 },
          "model.layers.1.self_attn.v_proj": false,
          "model.layers.1.mlp.up_proj": { bits: 3, groupSize: 32 },
        },
      },
    },
  },
});
