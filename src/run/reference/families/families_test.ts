import assert from "node:assert/strict";
import test from "node:test";
import type { ModelShape } from "../model_shape.ts";
import { ConfigFields } from "./config_fields.ts";
import { FAMILIES } from "./mod.ts";

const SIZES = {
  hidden_size: 32,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 4,
  intermediate_size: 64,
  vocab_size: 300,
  rms_norm_eps: 1e-5,
  rope_theta: 10_000,
  tie_word_embeddings: true,
  head_dim: 8,
  max_position_embeddings: 128,
};

const FACTORS = {
  attention_bias: false,
  mlp_bias: false,
  attention_multiplier: 0.25,
  embedding_multiplier: 12,
  residual_multiplier: 0.5,
  logits_scaling: 8,
};

const EXPERTS = {
  num_experts: 4,
  num_experts_per_tok: 2,
  moe_intermediate_size: 16,
  shared_expert_intermediate_size: 48,
  decoder_sparse_step: 2,
  mlp_only_layers: [1],
  norm_topk_prob: true,
};

/** What each family needs. */
const WHOLE: Readonly<Record<string, Record<string, unknown>>> = {
  gemma2: SIZES,
  gemma3: { text_config: SIZES, vocab_size: 300 },
  gemma3_text: { ...SIZES, sliding_window_pattern: 2, sliding_window: 9 },
  granite: { ...SIZES, ...FACTORS },
  llama: SIZES,
  mistral: SIZES,
  mixtral: SIZES,
  olmo2: SIZES,
  phi3: SIZES,
  qwen2: SIZES,
  qwen2_moe: { ...SIZES, ...EXPERTS },
  qwen3: SIZES,
  qwen3_moe: { ...SIZES, ...EXPERTS },
  smollm3: SIZES,
};

test("every family reads a configuration that has what it needs", () => {
  assert.deepEqual([...FAMILIES.keys()], Object.keys(WHOLE));
  // Of the default pattern of six layers.
  const types = Object.keys(WHOLE).filter((type) => type !== "gemma3");
  for (const type of types) assert.equal(shapeOf(type).layers.length, 4, type);
});

test("a family takes from the configuration what its module in mlx-lm takes", () => {
  assert.deepEqual(
    shapeOf("smollm3").layers.map(({ rotation }) => rotation),
    [0, 0, 0, undefined],
  );
  assert.deepEqual(
    shapeOf("smollm3", { no_rope_layers: [0, 1, 1, 0] }).layers.map(({ rotation }) => rotation),
    [undefined, 0, 0, undefined],
  );
  assert.deepEqual(shapeOf("granite").factors, {
    embedding: 12,
    query: 0.25,
    residual: 0.5,
    logitDivisor: 8,
  });
  assert.deepEqual(
    shapeOf("gemma3_text").layers.map(({ window, rotation }) => [window, rotation]),
    [
      [9, 1],
      [undefined, 0],
      [9, 1],
      [undefined, 0],
    ],
  );
  assert.deepEqual(
    shapeOf("qwen3_moe", { mlp_only_layers: [3] }).layers.map(({ experts }) => experts?.count),
    [undefined, 4, undefined, undefined],
  );
  // As mlx-lm: it is tied in spite of the configuration, or has an output in spite of it.
  assert.equal(shapeOf("gemma2", { tie_word_embeddings: false }).tie, "tied");
  assert.equal(shapeOf("qwen2_moe").tie, "untied");
  assert.equal(shapeOf("gemma3_text").tie, "tied without lm_head");
});

test("gemma's factor of embeddings is of 16 bits in the third version only", () => {
  assert.equal(shapeOf("gemma2", { hidden_size: 36 }).factors.embedding, 6);
  const wide = { hidden_size: 1152 };
  assert.equal(shapeOf("gemma3_text", wide).factors.embedding, 34);
  assert.equal(shapeOf("gemma2", wide).factors.embedding, Math.sqrt(1152));
});

test("gemma3 takes the sizes of its text part, and the vocabulary of the whole", () => {
  const { num_attention_heads: _, ...text } = { ...SIZES, sliding_window_pattern: 2 };
  const shape = shapeOf("gemma3", { text_config: { ...text, vocab_size: 5 } });
  assert.equal(shape.vocabularySize, 300);
  assert.equal(shape.prefix, "language_model.");
  // The whole has a default of its own.
  assert.equal(shape.headCount, 8);
});

test("what mlx-lm reads and does not heed, or what is not computed here, is refused by its key", () => {
  const linear = { rope_scaling: { type: "linear", factor: 2 } };
  const refusals: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ["mixtral", linear, /rope_scaling/],
    ["qwen2_moe", linear, /rope_scaling/],
    ["qwen3_moe", linear, /rope_scaling/],
    ["smollm3", { layer_types: ["sliding_attention"] }, /layer_types/],
    ["phi3", { rope_scaling: { type: "yarn", long_factor: [] } }, /"yarn"/],
    ["granite", { rope_scaling: { type: "dynamic", factor: 2 } }, /"dynamic"/],
  ];
  for (const [type, change, message] of refusals) {
    assert.throws(() => shapeOf(type, change), { code: "unsupported", message }, type);
  }
});

test("a configuration with which mlx-lm fails is refused as corrupt", () => {
  const wrong: readonly (readonly [string, Record<string, unknown>])[] = [
    ["gemma2", { head_dim: undefined }],
    ["gemma2", { attn_logit_softcapping: null }],
    ["gemma3", { text_config: undefined }],
    ["gemma3_text", { sliding_window_pattern: 5 }],
    ["gemma3_text", { query_pre_attn_scalar: 0 }],
    ["granite", { logits_scaling: undefined }],
    ["mixtral", { num_experts_per_tok: 9 }],
    ["qwen3_moe", { mlp_only_layers: null }],
    ["qwen3_moe", { num_experts: undefined }],
    ["phi3", { partial_rotary_factor: 0.4 }],
    ["phi3", { rope_scaling: { type: "longrope" } }],
    ["smollm3", { no_rope_layers: [1] }],
    ["olmo2", { num_hidden_layers: 0 }],
    ["olmo2", { num_hidden_layers: 1e9 }],
  ];
  for (const [type, change] of wrong) {
    const name = JSON.stringify([type, change]);
    assert.throws(() => shapeOf(type, change), { code: "corrupt-model" }, name);
  }
});

function shapeOf(modelType: string, change: Record<string, unknown> = {}): ModelShape {
  const read = FAMILIES.get(modelType);
  assert.ok(read);
  const json = { ...WHOLE[modelType], ...change };
  return read(new ConfigFields(json, { modelType, path: "config.json" }));
}
