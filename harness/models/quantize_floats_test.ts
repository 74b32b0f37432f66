import assert from "node:assert/strict";
import test from "node:test";
import { dequantizeFloats, FLOAT_PACKINGS, quantizeFloats } from "./quantize_floats.ts";
import { seededNumbers } from "./seeded_numbers.ts";

test("quantizeFloats() meets what its codes stand for, and comes within half a step of the rest", () => {
  for (const packing of FLOAT_PACKINGS) {
    const exact = Float32Array.from(
      { length: 64 },
      (_, at) => [0, 6, -6, 3, -1.5, 0.5][at % 6] ?? 0,
    );
    const scaled = packing.bits === 8 ? exact.map((value) => (value * 448) / 6) : exact;
    const matrix = { values: scaled, rows: 1, columns: 64 };
    const back = dequantizeFloats(quantizeFloats(matrix, packing), packing);
    if (packing.bits === 4) assert.deepEqual(back, scaled, packing.mode);
    const drawn = seededNumbers(256, { seed: 1, name: packing.mode, spread: 2 });
    const near = quantizeFloats({ values: drawn, rows: 2, columns: 128 }, packing);
    const step = packing.bits === 8 ? 0.15 : 0.8;
    dequantizeFloats(near, packing).forEach((value, at) => {
      assert.ok(Math.abs(value - (drawn[at] ?? 0)) < step, `${packing.mode} ${value} ${drawn[at]}`);
    });
  }
});

test("quantizeFloats() gives a group of zeros, and refuses a group that spans two rows", () => {
  for (const packing of FLOAT_PACKINGS) {
    const zeros = quantizeFloats({ values: new Float32Array(32), rows: 1, columns: 32 }, packing);
    assert.ok(dequantizeFloats(zeros, packing).every((value) => value === 0));
    const narrow = { values: new Float32Array(24), rows: 3, columns: 8 };
    assert.throws(() => quantizeFloats(narrow, packing), RangeError);
  }
});
