import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HarnessError } from "../errors.ts";
import { decodeGiven } from "./decode_given.ts";
import { encodeGiven } from "./encode_given.ts";

function throughText(given: Record<string, unknown>): Record<string, unknown> {
  return decodeGiven(JSON.parse(JSON.stringify(encodeGiven(given))));
}

test("encodeGiven() and decodeGiven() give back every plain value", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withUnicodeString: true,
  });
  const property = fc.property(
    fc.dictionary(fc.string(), fc.oneof(anything, fc.uint8Array({ maxLength: 300 })), {
      noNullPrototype: true,
    }),
    (given) => {
      assert.deepEqual(throughText(given), given);
    },
  );
  fc.assert(property, { numRuns: 500 });
});

test("encodeGiven() keeps apart what JSON takes for one and what looks like its own words", () => {
  const hostile = JSON.parse('{"__proto__": 1, "a": 2}');
  const given = {
    values: [
      undefined,
      null,
      Number.NaN,
      new Date(Number.NaN),
      -0,
      0,
      Number.NEGATIVE_INFINITY,
      5n,
    ],
    tags: { $bytes: "AAAA" },
    hostile,
    lone: "\ud800",
  };
  assert.deepEqual(throughText(given), given);
});

test("encodeGiven() writes the same bytes once", () => {
  const bytes = new Uint8Array(100_000).fill(7);
  const encoded = encodeGiven({ one: bytes, two: bytes, three: bytes.slice() });
  assert.equal(Object.keys(encoded.blobs).length, 1);
  assert.ok(JSON.stringify(encoded).length < 1000);
  const { one, two } = decodeGiven(encoded);
  assert.equal(one, two);
});

test("encodeGiven() refuses what no file can hold, and says where it is", () => {
  for (const [value, why] of [
    [() => 1, /"model\.files\[1\]" is a function/],
    [new URL("https://a.test"), /is an instance of URL/],
    [Symbol("s"), /is a symbol/],
  ] as const) {
    assert.throws(
      () => encodeGiven({ model: { files: [0, value] } }),
      (error) => error instanceof HarnessError && why.test(error.message),
    );
  }
});

test("decodeGiven() refuses words that it does not know", () => {
  const read = (value: object) => decodeGiven({ values: { value: value as never }, blobs: {} });
  assert.throws(() => read({ $function: "x" }), HarnessError);
  assert.throws(() => read({ $blob: "absent" }), HarnessError);
  assert.throws(() => read({ $map: [1] }), HarnessError);
  assert.throws(() => read({ $entries: [[1]] }), HarnessError);
  assert.throws(() => decodeGiven({ values: {}, blobs: { x: "?" } }), HarnessError);
});
