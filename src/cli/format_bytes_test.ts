import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes } from "./format_bytes.ts";

const CASES = [
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

for (const [bytes, text] of CASES) {
  test(`formatBytes() writes ${bytes} as ${text}`, () => {
    assert.equal(formatBytes(bytes), text);
  });
}
