import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration } from "./format_duration.ts";

const CASES = [
  [0, "0 s"],
  [59_400, "59 s"],
  [59_600, "1 min 0 s"],
  [80_000, "1 min 20 s"],
  [3_599_400, "59 min 59 s"],
  [7_500_000, "2 h 5 min"],
] as const;

for (const [durationMs, text] of CASES) {
  test(`formatDuration() writes ${durationMs} ms as ${text}`, () => {
    assert.equal(formatDuration(durationMs), text);
  });
}
