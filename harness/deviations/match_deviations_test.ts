import assert from "node:assert/strict";
import { test } from "node:test";
import { breakageSignature } from "./breakage_signature.ts";
import type { Deviation } from "./deviation.ts";
import { exampleFailure, exampleResult } from "./example_result.ts";
import { matchDeviations } from "./match_deviations.ts";

const FAILED = exampleFailure("DL-INTEGRITY", "wrong bytes");
const LISTED: Deviation = {
  requirement: "DL-INTEGRITY",
  scenario: FAILED.scenario,
  signature: FAILED.breakage === undefined ? "" : breakageSignature(FAILED.breakage),
  issue: "https://example.com/1",
  expires: "2999-01-01",
};

test("matchDeviations() marks a listed failure and names its entry", () => {
  const { result, covered, failed, problems } = matchDeviations(FAILED, [LISTED]);
  assert.equal(result.status, "expected-fail");
  assert.equal(result.breakage?.isKnown, true);
  assert.deepEqual([covered, failed, problems], [[LISTED], [LISTED], []]);
});

test("matchDeviations() reports a failure other than the listed one", () => {
  const other = { ...LISTED, signature: "DL-INTEGRITY: something else" };
  const { result, failed, problems } = matchDeviations(FAILED, [other]);
  assert.equal(result.status, "fail");
  assert.deepEqual(failed, []);
  assert.deepEqual(
    problems.map(({ kind }) => kind),
    ["changed-signature"],
  );
});

test("matchDeviations() reports a pass against an entry that always holds, and no other", () => {
  const passed = { ...exampleResult(), scenario: FAILED.scenario, covers: FAILED.covers };
  assert.equal(matchDeviations(passed, [LISTED]).result.status, "unexpected-pass");
  const sometimes = matchDeviations(passed, [{ ...LISTED, sometimes: true, reason: "timing" }]);
  assert.deepEqual([sometimes.result.status, sometimes.problems], ["pass", []]);
});

test("matchDeviations() changes nothing when a result is matched again", () => {
  const once = matchDeviations(FAILED, [LISTED]);
  assert.deepEqual(matchDeviations(once.result, [LISTED]), once);
  assert.deepEqual(matchDeviations(once.result, []).result, FAILED);
});
