import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type RangeSelection, selectRange } from "./byte_range.ts";

const WHOLE: RangeSelection = { kind: "whole" };
const NONE: RangeSelection = { kind: "unsatisfiable" };

function part(start: number, end: number): RangeSelection {
  return { kind: "part", start, end };
}

// Of 10 bytes. The forms of RFC 9110, section 14.1.2 and 14.2.
const CASES: readonly (readonly [string | undefined, RangeSelection])[] = [
  [undefined, WHOLE],
  ["bytes=0-0", part(0, 1)],
  ["bytes=0-9", part(0, 10)],
  ["bytes=4-", part(4, 10)],
  ["bytes=4-400", part(4, 10)],
  ["bytes=9-9", part(9, 10)],
  ["bytes=10-", NONE],
  ["bytes=10-20", NONE],
  ["bytes=-1", part(9, 10)],
  ["bytes=-10", part(0, 10)],
  ["bytes=-99", part(0, 10)],
  ["bytes=-0", NONE],
  ["Bytes=2-3", part(2, 4)],
  ["bytes=2-3,", part(2, 4)],
  ["bytes=0-1,4-5", WHOLE],
  ["bytes=5-4", WHOLE],
  ["bytes=", WHOLE],
  ["bytes=-", WHOLE],
  ["bytes=a-b", WHOLE],
  ["bytes 0-1", WHOLE],
  ["items=0-1", WHOLE],
];

for (const [header, expected] of CASES) {
  test(`selectRange() reads ${JSON.stringify(header)} of 10 bytes`, () => {
    assert.deepEqual(selectRange(header, 10), expected);
  });
}

test("selectRange() finds no part of an empty file", () => {
  assert.deepEqual(selectRange("bytes=0-0", 0), NONE);
  assert.deepEqual(selectRange("bytes=-5", 0), WHOLE);
});

test("selectRange() never selects bytes that are not there", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(50), fc.nat(40), (first, last, size) => {
      const selection = selectRange(`bytes=${first}-${last}`, size);
      if (selection.kind !== "part") return;
      assert.equal(selection.start, first);
      assert.equal(selection.end, Math.min(last + 1, size));
      assert.ok(selection.start < selection.end);
    }),
  );
});
