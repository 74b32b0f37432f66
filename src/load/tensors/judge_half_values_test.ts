import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeFloats, jsonBytes, tinyLlama } from "../../../harness/models/mod.ts";
import { expectedModel } from "../config/expected_tensors.ts";
import { readModelConfig } from "../config/read_model_config.ts";
import { judgeHalfValues } from "./judge_half_values.ts";
import type { PlacedTensor } from "./placed_tensor.ts";

const NAME = "model.layers.0.mlp.up_proj.weight";
const COUNT = 2_000;
/** Evenly spread around zero. */
const NUMBERS = Float32Array.from({ length: COUNT }, (_, at) => ((at + 0.5) / COUNT - 0.5) / 5);

for (const [bytes, declared] of [
  ["F16", "F16"],
  ["BF16", "BF16"],
  ["BF16", "F16"],
  ["F16", "BF16"],
] as const) {
  test(`judgeHalfValues() judges a matrix of ${bytes} that is declared ${declared}`, () => {
    const isSound = bytes === declared;
    assert.deepEqual(faultsOf(bytes, declared), isSound ? [] : [`dtype ${NAME}`]);
  });
}

function faultsOf(bytes: "F16" | "BF16", declared: "F16" | "BF16"): string[] {
  const { config: json } = tinyLlama({ quantization: undefined, dtype: declared });
  const { config } = readModelConfig(jsonBytes(json));
  const expected = config && expectedModel(config);
  assert.ok(config !== undefined && expected !== undefined);
  const data = encodeFloats(NUMBERS, bytes);
  const sample = new Uint16Array(data.buffer, data.byteOffset, COUNT);
  const tensor: PlacedTensor = {
    dtype: declared,
    shape: [COUNT],
    start: 0,
    end: 2 * COUNT,
    file: "model.safetensors",
  };
  const model = { config, expected };
  const faults = judgeHalfValues(new Map([[NAME, sample]]), new Map([[NAME, tensor]]), model);
  return faults.map(({ cause, tensor: named }) => `${cause} ${named}`);
}
