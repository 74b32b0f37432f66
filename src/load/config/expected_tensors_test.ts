import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { expectedModel, settingsOf, tensorsOf } from "./expected_tensors.ts";
import { type ModelConfig, readModelConfig } from "./read_model_config.ts";

const SIZES = {
  hidden_size: 128,
  num_hidden_layers: 2,
  intermediate_size: 192,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-5,
  vocab_size: 320,
  max_position_embeddings: 256,
  rope_theta: 10000,
};

const CONFIGS: readonly Record<string, unknown>[] = [
  { model_type: "llama" },
  { model_type: "llama", tie_word_embeddings: false },
  { model_type: "llama", attention_bias: true, mlp_bias: true, head_dim: 48 },
  { model_type: "mistral", tie_word_embeddings: false, head_dim: 64 },
  { model_type: "qwen2", tie_word_embeddings: true, head_dim: 48 },
  { model_type: "qwen2", tie_word_embeddings: false },
  { model_type: "qwen3", tie_word_embeddings: true, head_dim: 48, attention_bias: true },
  { model_type: "qwen3", tie_word_embeddings: false, head_dim: 32 },
];

const QUANTIZATIONS: readonly (Record<string, unknown> | undefined)[] = [
  undefined,
  { bits: 4, group_size: 64, mode: "affine" },
  { bits: 3, group_size: 32, mode: "affine" },
  { bits: 4, group_size: 32, mode: "mxfp4" },
  { bits: 8, group_size: 32, mode: "mxfp8" },
  { bits: 4, group_size: 16, mode: "nvfp4" },
];

test("expectedModel() lists nothing for an architecture that is not known", () => {
  assert.equal(expectedModel(configOf({ model_type: "mamba" })), undefined);
});

test("expectedModel() drops what mlx-lm drops, and nothing else", () => {
  const tied = expectedModel(configOf({ model_type: "llama" }));
  assert.equal(tied?.isIgnored("lm_head.weight"), true);
  assert.equal(tied.isIgnored("lm_head.scales"), false);
  assert.equal(tied.isIgnored("model.layers.0.self_attn.rotary_emb.inv_freq"), true);
  const untied = expectedModel(configOf({ model_type: "llama", tie_word_embeddings: false }));
  assert.equal(untied?.isIgnored("lm_head.weight"), false);
});

test("settingsOf() packs by entry first and by the presence of scales else", () => {
  const quantization = {
    bits: 4,
    group_size: 64,
    "model.layers.0.mlp.up_proj": false,
    "model.layers.0.mlp.down_proj": { bits: 8, group_size: 32 },
  };
  const config = configOf({ model_type: "llama", quantization });
  const layers = expectedModel(config)?.layers;
  const bitsOf = (path: string, present: readonly string[]) => {
    const layer = layers?.get(path);
    assert.ok(layer);
    return settingsOf(layer, config, new Set(present))?.bits;
  };
  const [up, down, gate] = ["up", "down", "gate"].map((name) => `model.layers.0.mlp.${name}_proj`);
  assert.equal(bitsOf(up ?? "", [`${up}.scales`]), undefined);
  assert.equal(bitsOf(down ?? "", []), 8);
  assert.equal(bitsOf(gate ?? "", []), undefined);
  assert.equal(bitsOf(gate ?? "", [`${gate}.scales`]), 4);
  assert.equal(bitsOf("model.norm", ["model.norm.scales"]), undefined);
});

const python = process.env["MLX_LAYOUT_PYTHON"] ?? "";

test(
  "expectedModel() and tensorsOf() list exactly the parameters of mlx-lm's classes",
  { skip: python === "" && "MLX_LAYOUT_PYTHON names no Python that has mlx and mlx-lm" },
  () => {
    const cases = CONFIGS.flatMap((config) =>
      QUANTIZATIONS.map((quantization) => ({
        ...SIZES,
        ...config,
        ...(quantization && { quantization }),
      })),
    );
    const { stdout, stderr, status } = spawnSync(python, ["-c", SCRIPT], {
      input: JSON.stringify(cases),
      encoding: "utf8",
      maxBuffer: 2 ** 26,
    });
    assert.equal(status, 0, stderr);
    const theirs = JSON.parse(stdout) as Record<string, number[]>[];
    assert.equal(theirs.length, cases.length);
    for (const [index, config] of cases.entries()) {
      assert.deepEqual(ours(configOf(config)), theirs[index], JSON.stringify(config));
    }
  },
);

// Helpers

/** Prints the shapes of all parameters of each configuration, packed where it says so. */
const SCRIPT = `
import importlib, json, sys
import mlx.nn as nn
from mlx.utils import tree_flatten
answers = []
for config in json.load(sys.stdin):
    kind = {"mistral": "llama"}.get(config["model_type"], config["model_type"])
    arch = importlib.import_module("mlx_lm.models." + kind)
    model = arch.Model(arch.ModelArgs.from_dict(config))
    q = config.get("quantization")
    if q:
        nn.quantize(model, group_size=q["group_size"], bits=q["bits"], mode=q["mode"])
    answers.append({name: list(value.shape) for name, value in sorted(tree_flatten(model.parameters()))})
print(json.dumps(answers))
`;

function ours(config: ModelConfig): Record<string, readonly number[]> {
  const layers = [...(expectedModel(config)?.layers.values() ?? [])];
  const everything = { has: () => true };
  const tensors = layers.flatMap((layer) =>
    tensorsOf(layer, settingsOf(layer, config, everything)),
  );
  return Object.fromEntries(tensors.map(({ name, shape }) => [name, shape]));
}

function configOf(json: Record<string, unknown>): ModelConfig {
  const text = JSON.stringify({ ...SIZES, ...json });
  const { config } = readModelConfig(new TextEncoder().encode(text));
  assert.ok(config);
  return config;
}
