import assert from "node:assert/strict";
import { test } from "node:test";
import { byteRange } from "./byte_range.ts";

test("ranges are read as RFC 9110 has them, and what is none is ignored", () => {
  const part = (start: number, end: number) => ({ kind: "part", start, end });
  const whole = { kind: "whole" };
  const none = { kind: "unsatisfiable" };
  const cases: readonly (readonly [string | undefined, object])[] = [
    [undefined, whole],
    ["bytes=0-0", part(0, 1)],
    ["bytes=0-9", part(0, 10)],
    ["bytes=3-", part(3, 10)],
    ["bytes=3-99", part(3, 10)],
    ["BYTES = 3-4", whole],
    ["Bytes=3-4", part(3, 5)],
    ["bytes=-3", part(7, 10)],
    ["bytes=-99", part(0, 10)],
    ["bytes=-0", none],
    ["bytes=10-", none],
    ["bytes=10-11", none],
    ["bytes=5-4", whole],
    ["bytes=0-1,3-4", whole],
    ["bytes=, 2-3 ,", part(2, 4)],
    ["bytes=", whole],
    ["bytes=-", whole],
    ["bytes=a-b", whole],
    ["bytes=1-2-3", whole],
    ["bytes=+1-2", whole],
    ["lines=0-1", whole],
    ["bytes=9007199254740993-", whole],
  ];
  for (const [header, expected] of cases) assert.deepEqual(byteRange(header, 10), expected, header);
  assert.deepEqual(byteRange("bytes=0-", 0), whole);
});
