import assert from "node:assert/strict";
import { test } from "node:test";
import { type PlacedMatrix, rowsOf } from "./engine_plan.ts";

const MATRIX: PlacedMatrix = {
  segment: 0,
  format: { kind: "float", bits: 16 } as unknown as PlacedMatrix["format"],
  rows: 12,
  columns: 32,
  weights: 1000,
  scales: 5000,
  biases: 6000,
  rowBytes: 64,
  groupBytes: 16,
  scaleRowBytes: 8,
  bias: { segment: 1, offset: 256, length: 12 },
};

test("rowsOf() begins each part at its row, the bias too", () => {
  assert.deepEqual(rowsOf(MATRIX, 4, 3), {
    ...MATRIX,
    rows: 3,
    weights: 1000 + 4 * 64,
    scales: 5000 + 4 * 8,
    biases: 6000 + 4 * 8,
    bias: { segment: 1, offset: 256 + 4 * 4, length: 3 },
  });
  assert.equal(rowsOf({ ...MATRIX, bias: undefined }, 4, 3).bias, undefined);
});
