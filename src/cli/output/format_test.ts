import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes, formatDuration, printable } from "./format.ts";

const SIZES = [
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.00 kB"],
  [9994, "9.99 kB"],
  [9996, "10.0 kB"],
  [99_960, "100 kB"],
  [999_499, "999 kB"],
  [999_500, "1.00 MB"],
  [1_234_567_890, "1.23 GB"],
  [4_000_000_000_000, "4.00 TB"],
  [5e18, "5000 PB"],
] as const;

for (const [bytes, text] of SIZES) {
  test(`formatBytes() writes ${bytes} as ${text}`, () => {
    assert.equal(formatBytes(bytes), text);
  });
}

const DURATIONS = [
  [0, "0 s"],
  [59_400, "59 s"],
  [59_600, "1 min 0 s"],
  [80_000, "1 min 20 s"],
  [3_599_400, "59 min 59 s"],
  [7_500_000, "2 h 5 min"],
] as const;

for (const [durationMs, text] of DURATIONS) {
  test(`formatDuration() writes ${durationMs} ms as ${text}`, () => {
    assert.equal(formatDuration(durationMs), text);
  });
}

test("printable() shows control characters instead of sending them", () => {
  assert.equal(printable("a\u001b[2Jb\nc\u009b"), "a\\u{1b}[2Jb\\u{a}c\\u{9b}");
  assert.equal(printable("gpj\u202e.x"), "gpj\\u{202e}.x");
});

test("printable() leaves ordinary text alone, accents and other scripts too", () => {
  assert.equal(printable("modèle 模型 «ü» 😀.json"), "modèle 模型 «ü» 😀.json");
});
