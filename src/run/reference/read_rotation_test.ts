import assert from "node:assert/strict";
import test from "node:test";
import { readRotation } from "./read_rotation.ts";

const ALL = { headSize: 8, path: "config.json" };

test("readRotation() takes each family's own base where the configuration has none", () => {
  const second = (modelType: string, json: Record<string, unknown> = {}) =>
    readRotation(json, { ...ALL, modelType }).inverseFrequencies[1] ?? NaN;
  assertClose(second("llama"), 10_000 ** (-2 / 8));
  assertClose(second("mistral"), 10_000 ** (-2 / 8));
  assertClose(second("qwen2"), 1_000_000 ** (-2 / 8));
  assertClose(second("llama", { rope_theta: 500 }), 500 ** (-2 / 8));
  // As mlx-lm, which has no default for qwen3.
  assert.throws(() => second("qwen3"), { code: "corrupt-model" });
});

test("readRotation() finds the nested block for qwen3 only", () => {
  const rope_parameters = { rope_theta: 100, rope_type: "linear", factor: 4 };
  const qwen3 = readRotation({ rope_parameters }, { ...ALL, modelType: "qwen3" });
  assert.equal(qwen3.positionScale, 0.25);
  assertClose(qwen3.inverseFrequencies[1] ?? NaN, 100 ** (-2 / 8));
  const llama = readRotation({ rope_parameters }, { ...ALL, modelType: "llama" });
  assert.equal(llama.positionScale, 1);
  assertClose(llama.inverseFrequencies[1] ?? NaN, 10_000 ** (-2 / 8));
});

test("readRotation() stretches long waves by llama3's factor and keeps short ones", () => {
  const rope_scaling = { rope_type: "llama3", factor: 8, original_max_position_embeddings: 256 };
  const plain = readRotation({}, { ...ALL, modelType: "llama" }).inverseFrequencies;
  const scaled = readRotation({ rope_scaling }, { ...ALL, modelType: "llama" }).inverseFrequencies;
  // Waves of 6.3, 63, 628 and 6283 positions; 64 and 256 are the borders.
  const ratios = Array.from(plain, (value, index) => value / (scaled[index] ?? NaN));
  [1, 1, 8, 8].forEach((ratio, index) => assertClose(ratios[index] ?? NaN, ratio));
});

test("readRotation() gives yarn's magnitude, and neighbours where they are asked for", () => {
  const rope_scaling = { type: "yarn", factor: 4, original_max_position_embeddings: 32 };
  const options = { ...ALL, modelType: "llama" };
  const yarn = readRotation({ rope_scaling, rope_traditional: true }, options);
  assertClose(yarn.magnitude, 0.1 * Math.log(4) + 1);
  assert.equal(yarn.isTraditional, true);
  const unscaled = readRotation({ rope_scaling: { ...rope_scaling, factor: 1 } }, options);
  assert.equal(unscaled.magnitude, 1);
  assert.equal(readRotation({ rope_scaling: null }, options).magnitude, 1);
});

function assertClose(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 1e-6, `${actual} is not ${expected}`);
}
