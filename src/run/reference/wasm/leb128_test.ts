import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { signedLeb128, unsignedLeb128 } from "./leb128.ts";

test("unsignedLeb128() and signedLeb128() encode as the specification's examples do", () => {
  assert.deepEqual(unsignedLeb128(624_485), [0xe5, 0x8e, 0x26]);
  assert.deepEqual(unsignedLeb128(0), [0]);
  assert.deepEqual(signedLeb128(-123_456), [0xc0, 0xbb, 0x78]);
  assert.deepEqual(signedLeb128(64), [0xc0, 0x00]);
  assert.deepEqual(signedLeb128(-1), [0x7f]);
});

test("every number of 32 bits comes back when its bytes are decoded", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), (value) => {
      assert.equal(decoded(unsignedLeb128(value)), BigInt(value));
      const bytes = signedLeb128(value | 0);
      const bits = BigInt(7 * bytes.length);
      assert.equal(BigInt.asIntN(Number(bits), decoded(bytes)), BigInt(value | 0));
    }),
  );
});

function decoded(bytes: readonly number[]): bigint {
  assert.ok(bytes.slice(0, -1).every((byte) => byte >= 0x80) && (bytes.at(-1) ?? 0) < 0x80);
  return bytes.reduceRight((value, byte) => (value << 7n) | BigInt(byte & 0x7f), 0n);
}
