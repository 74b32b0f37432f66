import assert from "node:assert/strict";
import { test } from "node:test";
import { describeBreakage } from "./describe_breakage.ts";
import { RequirementBroken } from "./verdict.ts";

const FAILED = {
  error: new RequirementBroken("DL-RESUME", { detail: "12 of 13 bytes" }),
  given: { sizeBytes: 13 },
  path: "2:0",
  answerable: ["DL-RESUME"],
  isFidelity: false,
} as const;

test("describeBreakage() has the case in words and as data", () => {
  const { requirement, detail, counterexample, path, words, given } = describeBreakage(FAILED);
  assert.deepEqual(
    [requirement, detail, counterexample, path],
    ["DL-RESUME", "12 of 13 bytes", '{"sizeBytes":13}', "2:0"],
  );
  assert.deepEqual(words, ["size bytes: 13"]);
  assert.deepEqual(given?.values, { sizeBytes: 13 });
});

test("describeBreakage() does without data where a case cannot be written down", () => {
  const broken = describeBreakage({ ...FAILED, given: { action: () => 1 } });
  assert.equal(broken.given, undefined);
  assert.deepEqual(broken.words, ["action: function"]);
});

test("describeBreakage() blames no requirement where the worlds differ", () => {
  const { requirement, detail } = describeBreakage({ ...FAILED, isFidelity: true });
  assert.equal(requirement, undefined);
  assert.match(detail, /^red on disk and green in memory, .*: DL-RESUME: 12 of 13 bytes$/);
});
