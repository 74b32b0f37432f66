import assert from "node:assert/strict";
import { test } from "node:test";
import { satisfiesVersion } from "./satisfies_version.ts";

test("satisfiesVersion() compares numbers, part by part", () => {
  for (const [version, range, expected] of [
    ["0.9.0", "<0.10", true],
    ["0.10.0", "<0.10", false],
    ["1.29.0", ">=1.2 <2", true],
    ["2.0.0", ">=1.2 <2", false],
    ["1.2", "1.2.0", true],
    ["1.2.1", "=1.2", false],
    ["v3.1.0+3f2c", ">3.0 <=3.1", true],
    ["1.0.0rc1", ">=1", true],
  ] as const) {
    assert.equal(satisfiesVersion(version, range), expected, `${version} in ${range}`);
  }
});

test("satisfiesVersion() refuses what is no range", () => {
  for (const range of ["^1.2", "", "<1 || >2", "1.x"])
    assert.throws(() => satisfiesVersion("1.0.0", range), /Cannot read the range/);
});
