import assert from "node:assert/strict";
import test from "node:test";
import { encodeFloats } from "./encode_floats.ts";

test("encodeFloats() writes the known bits of each format", () => {
  const cases: [number, number, number][] = [
    [1, 0x3c00, 0x3f80],
    [-2, 0xc000, 0xc000],
    [0, 0, 0],
    [-0, 0x8000, 0x8000],
    [65504, 0x7bff, 0x4780],
    [65520, 0x7c00, 0x4780],
    [1e30, 0x7c00, 0x714a],
    [Infinity, 0x7c00, 0x7f80],
    [NaN, 0x7e00, 0x7fc0],
    [2 ** -14, 0x0400, 0x3880],
    [2 ** -24, 0x0001, 0x3380],
    [2 ** -25, 0x0000, 0x3300],
    [1.5 * 2 ** -25, 0x0001, 0x3340],
    [1 + 2 ** -11, 0x3c00, 0x3f80],
    [1 + 3 * 2 ** -11, 0x3c02, 0x3f80],
    [1 + 2 ** -8, 0x3c04, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3c0c, 0x3f82],
  ];
  for (const [value, half, brain] of cases) {
    assert.equal(bits(value, "F16").toString(16), half.toString(16), `F16 of ${value}`);
    assert.equal(bits(value, "BF16").toString(16), brain.toString(16), `BF16 of ${value}`);
  }
});

test("encodeFloats() writes float32 with the lowest byte first", () => {
  assert.deepEqual([...encodeFloats(Float32Array.of(1), "F32")], [0, 0, 0x80, 0x3f]);
});

function bits(value: number, dtype: "F16" | "BF16"): number {
  const [low = 0, high = 0] = encodeFloats(Float32Array.of(value), dtype);
  return low | (high << 8);
}
