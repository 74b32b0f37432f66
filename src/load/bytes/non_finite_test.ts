import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countNonFinite } from "./non_finite.ts";

test("countNonFinite() counts as one look at each value does, wherever they stand", () => {
  const formats = [
    { dtype: "F16", size: 2, mask: 0x7c00 },
    { dtype: "BF16", size: 2, mask: 0x7f80 },
    { dtype: "F32", size: 4, mask: 0x7f800000 },
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...formats),
      fc.integer({ min: 0, max: 5000 }),
      fc.integer(),
      fc.array(fc.tuple(fc.nat(4999), fc.integer()), { maxLength: 5 }),
      ({ dtype, size, mask }, length, filler, exponents) => {
        const bytes = new Uint8Array(length * size);
        const values = size === 4 ? new Uint32Array(bytes.buffer) : new Uint16Array(bytes.buffer);
        // One step below the full exponent is the value that a wrong carry would take for it.
        const nearly = mask & ~(mask & -mask);
        values.fill(filler & ~mask).forEach((value, at) => {
          values[at] = value | (at % 3 === 0 ? nearly : 0);
        });
        for (const [at, rest] of exponents) if (at < length) values[at] = rest | mask;
        const wanted = values.filter((value) => (value & mask) === mask).length;
        assert.equal(countNonFinite(bytes, dtype), wanted);
      },
    ),
    { numRuns: 500 },
  );
});

test("countNonFinite() sees each bit pattern of 16 bits as what it is", () => {
  const patterns = Uint16Array.from({ length: 65536 }, (_, pattern) => pattern);
  for (const [dtype, mask] of [
    ["F16", 0x7c00],
    ["BF16", 0x7f80],
  ] as const) {
    for (const neighbour of [0, 0x7bff, 0xffff & ~mask]) {
      for (const pattern of patterns) {
        const pair = Uint16Array.of(pattern, neighbour, neighbour, pattern);
        const bytes = new Uint8Array(pair.buffer);
        assert.equal(countNonFinite(bytes, dtype), (pattern & mask) === mask ? 2 : 0);
      }
    }
  }
});

test("countNonFinite() counts nothing in what cannot be infinite", () => {
  assert.equal(countNonFinite(new Uint8Array(8).fill(0xff), "U32"), 0);
});
