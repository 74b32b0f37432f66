import assert from "node:assert/strict";
import test from "node:test";
import { ConfigFields } from "./families/config_fields.ts";
import { FAMILIES } from "./families/mod.ts";
import { readRotation, type Rotation, type RotationOptions } from "./read_rotation.ts";

const SIZES = {
  hidden_size: 32,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  num_hidden_layers: 2,
  intermediate_size: 64,
  vocab_size: 300,
  rms_norm_eps: 1e-5,
  head_dim: 8,
  tie_word_embeddings: true,
};

test("a family takes its own base where the configuration has none", () => {
  const second = (modelType: string, json: Record<string, unknown> = {}) =>
    ofFamily(modelType, json).inverseFrequencies[1] ?? NaN;
  assertClose(second("llama"), 10_000 ** (-2 / 8));
  assertClose(second("mistral"), 10_000 ** (-2 / 8));
  assertClose(second("qwen2"), 1_000_000 ** (-2 / 8));
  assertClose(second("llama", { rope_theta: 500 }), 500 ** (-2 / 8));
  // As mlx-lm, which has no default for qwen3.
  assert.throws(() => second("qwen3"), { code: "corrupt-model" });
});

test("only qwen3 finds the block into which newer configurations moved both settings", () => {
  const rope_parameters = { rope_theta: 100, rope_type: "linear", factor: 4 };
  const qwen3 = ofFamily("qwen3", { rope_parameters });
  assert.equal(qwen3.positionScale, 0.25);
  assertClose(qwen3.inverseFrequencies[1] ?? NaN, 100 ** (-2 / 8));
  const llama = ofFamily("llama", { rope_parameters });
  assert.equal(llama.positionScale, 1);
  assertClose(llama.inverseFrequencies[1] ?? NaN, 10_000 ** (-2 / 8));
});

test("readRotation() stretches long waves by llama3's factor and keeps short ones", () => {
  const scaling = { rope_type: "llama3", factor: 8, original_max_position_embeddings: 256 };
  const plain = rotation(undefined).inverseFrequencies;
  const scaled = rotation(scaling).inverseFrequencies;
  // Waves of 6.3, 63, 628 and 6283 positions; 64 and 256 are the borders.
  const ratios = Array.from(plain, (value, index) => value / (scaled[index] ?? NaN));
  [1, 1, 8, 8].forEach((ratio, index) => assertClose(ratios[index] ?? NaN, ratio));
});

test("readRotation() gives yarn's magnitude, and neighbours where they are asked for", () => {
  const scaling = { type: "yarn", factor: 4, original_max_position_embeddings: 32 };
  const yarn = rotation(scaling, { isTraditional: true });
  assertClose(yarn.magnitude, 0.1 * Math.log(4) + 1);
  assert.equal(yarn.isTraditional, true);
  assert.equal(rotation({ ...scaling, factor: 1 }).magnitude, 1);
  assert.equal(rotation(undefined).magnitude, 1);
});

test("readRotation() blends yarn's pairs up to the last number of a head, where waves are longer still", () => {
  const scaling = {
    type: "yarn",
    factor: 4,
    original_max_position_embeddings: 32_768,
    beta_fast: 2000,
  };
  const plain = rotation(undefined, { base: 30 }).inverseFrequencies;
  const scaled = rotation(scaling, { base: 30 }).inverseFrequencies;
  // As mlx-lm: between the numbers 1 and 7, and not up to the eleventh, where the slowest wave would be.
  const ratios = Array.from(plain, (value, at) => value / (scaled[at] ?? NaN));
  [1, 1, 8 / 7, 4 / 3].forEach((ratio, at) => assertClose(ratios[at] ?? NaN, ratio));
});

test("readRotation() divides each pair's angle by longrope's factor for long texts, whatever the text", () => {
  const scaling = {
    type: "longrope",
    short_factor: [1, 1, 1, 1],
    long_factor: [1, 2, 4, 8],
    original_max_position_embeddings: 64,
  };
  const plain = rotation(undefined).inverseFrequencies;
  const long = rotation(scaling);
  const ratios = Array.from(plain, (value, at) => value / (long.inverseFrequencies[at] ?? NaN));
  [1, 2, 4, 8].forEach((ratio, at) => assertClose(ratios[at] ?? NaN, ratio));
  assertClose(long.magnitude, Math.sqrt(1 + Math.log(4) / Math.log(64)));
  assert.throws(() => rotation({ ...scaling, long_factor: [1, 2] }), { code: "corrupt-model" });
  assert.throws(() => rotation({ ...scaling, short_factor: undefined }), { code: "corrupt-model" });
});

test("readRotation() refuses a kind that is not computed by its name", () => {
  for (const type of ["dynamic", "proportional", "ntk"]) {
    assert.throws(() => rotation({ type, factor: 2 }), {
      code: "unsupported",
      message: new RegExp(`"${type}"`),
    });
  }
});

function ofFamily(modelType: string, json: Record<string, unknown>): Rotation {
  const fields = new ConfigFields({ ...SIZES, ...json }, { modelType, path: "config.json" });
  const [first] = FAMILIES.get(modelType)?.(fields).rotations ?? [];
  assert.ok(first);
  return first;
}

function rotation(
  scaling: Record<string, unknown> | undefined,
  options: Partial<RotationOptions> = {},
): Rotation {
  const json = { max_position_embeddings: 256 };
  const fields = new ConfigFields(json, { modelType: "llama", path: "config.json" });
  return readRotation(fields, { size: 8, base: 10_000, scaling, ...options });
}

function assertClose(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 1e-6, `${actual} is not ${expected}`);
}
