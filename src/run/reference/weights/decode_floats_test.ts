import assert from "node:assert/strict";
import test from "node:test";
import { encodeFloats } from "../../../../harness/models/mod.ts";
import { decodeFloats } from "./decode_floats.ts";

test("decodeFloats() gives back every number of 16 bits that encodeFloats() writes", () => {
  for (const dtype of ["F16", "BF16"] as const) {
    const halves = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
    const numbers = decodeFloats(new Uint8Array(halves.buffer), dtype);
    const again = new Uint16Array(encodeFloats(numbers, dtype).slice().buffer);
    for (const [bits, number] of numbers.entries()) {
      if (Number.isNaN(number)) continue;
      assert.equal(again[bits], bits, `${dtype} 0x${bits.toString(16)}`);
    }
    assert.equal(numbers.filter(Number.isNaN).length, dtype === "F16" ? 2046 : 254);
  }
});

test("decodeFloats() knows the ends of the formats", () => {
  const of = (bits: number, dtype: string) =>
    decodeFloats(Uint8Array.of(bits & 0xff, bits >> 8), dtype)[0];
  assert.equal(of(0x0001, "F16"), 2 ** -24);
  assert.equal(of(0x7bff, "F16"), 65_504);
  assert.equal(of(0xfc00, "F16"), -Infinity);
  assert.equal(of(0x8000, "F16"), -0);
  assert.equal(of(0x3f80, "BF16"), 1);
  const bytes = new Uint8Array(9);
  new DataView(bytes.buffer).setFloat32(1, 0.1, true);
  assert.deepEqual([...decodeFloats(bytes.subarray(1, 5), "F32")], [Math.fround(0.1)]);
});
