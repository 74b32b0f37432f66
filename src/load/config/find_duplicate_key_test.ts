import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { findDuplicateKey } from "./find_duplicate_key.ts";

test("findDuplicateKey() finds nothing in what JSON.stringify writes", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, indent) => {
      assert.equal(findDuplicateKey(JSON.stringify(value, null, indent)), undefined);
    }),
  );
});

test("findDuplicateKey() finds any key that is added to an object once more", () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      fc.nat(),
      (object, choose) => {
        const keys = Object.keys(object);
        const key = keys[choose % keys.length] ?? "";
        const text = `${JSON.stringify(object).slice(0, -1)}, ${JSON.stringify(key)} : 0}`;
        assert.deepEqual(findDuplicateKey(text), { key, depth: 1 });
      },
    ),
  );
});

test("findDuplicateKey() compares what keys say, not how they are written", () => {
  assert.deepEqual(findDuplicateKey('{"a":1,"\\u0061":2}'), { key: "a", depth: 1 });
});

test("findDuplicateKey() keeps objects apart and says how deep they are", () => {
  assert.equal(findDuplicateKey('{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":"a"}]}'), undefined);
  assert.deepEqual(findDuplicateKey('{"a":[{"b":1,"b":2}]}'), { key: "b", depth: 3 });
});

test("findDuplicateKey() takes no string for a key that only looks like one", () => {
  assert.equal(findDuplicateKey('{"a":"\\"a\\":","b":["a","a"]}'), undefined);
});
