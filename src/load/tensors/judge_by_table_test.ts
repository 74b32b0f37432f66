import assert from "node:assert/strict";
import { test } from "node:test";
import type { QuantizationConfig } from "../config/read_quantization.ts";
import type { TableModel } from "../tables/table_tensors.ts";
import { judgeByTable } from "./judge_by_table.ts";
import type { PlacedTensor } from "./placed_tensor.ts";

/** A layer whose columns the table does not know. */
const MODEL: TableModel = {
  source: "a table",
  tensors: new Map([
    ["layers.0.down.weight", { shape: [64, undefined], packs: true, isOptional: false }],
  ]),
  isExact: true,
  isDropped: () => false,
};

const place = (dtype: string, ...shape: number[]): PlacedTensor => ({
  dtype,
  shape,
  start: 0,
  end: 0,
  file: "model.safetensors",
});

const TENSORS = new Map([
  ["layers.0.down.weight", place("U32", 64, 8)],
  ["layers.0.down.scales", place("F16", 64, 2)],
  ["layers.0.down.biases", place("F16", 64, 2)],
]);

const GENERAL = { bits: 4, groupSize: 32, mode: "affine" } as const;

function judged(own: QuantizationConfig["perLayer"]): string[] {
  const quantization = { ...GENERAL, perLayer: own };
  const faults = judgeByTable(TENSORS, MODEL, { quantization, isIncomplete: false });
  return faults.map(({ cause, tensor }) => `${cause} ${tensor}`);
}

test("a packed layer of columns that are not known is right as the general settings have it", () => {
  assert.deepEqual(judged(new Map()), []);
});

test("a packed layer that the configuration keeps as it is is wrong, also where its columns are not known", () => {
  assert.deepEqual(judged(new Map([["layers.0.down", false]])), [
    "quantization layers.0.down.weight",
  ]);
});
