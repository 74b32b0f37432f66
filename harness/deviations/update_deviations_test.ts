import assert from "node:assert/strict";
import { test } from "node:test";

import type { Deviation } from "./deviation.ts";
import { exampleFailure, exampleResult } from "./example_result.ts";
import { judgeDeviations } from "./judge_deviations.ts";
import { updateDeviations } from "./update_deviations.ts";

const RUN = { os: "linux", version: "1.4.0", date: "2026-11-25T20:00:00Z" };
const LISTED: Deviation = {
  requirement: "DL-INTEGRITY",
  scenario: "download/wrong_bytes",
  signature: "DL-INTEGRITY: it published",
  issue: "https://example.com/issues/1",
  reason: "it does not hash",
  expires: "2027-11-25",
};
const FAILED = exampleFailure("DL-INTEGRITY", "it published 3 wrong bytes");
const RESUME = exampleFailure("DL-RESUME", "it sent no range", { scenario: "download/resume" });

test("updateDeviations() keeps what is true, adds what is new and drops what is mended", () => {
  assert.deepEqual(updateDeviations([FAILED], [LISTED], RUN), [LISTED]);
  const fresh: Deviation = {
    requirement: "DL-RESUME",
    scenario: "download/resume",
    signature: "DL-RESUME: it sent no range",
    issue: "",
    expires: "2027-05-24",
  };
  assert.deepEqual(updateDeviations([FAILED, RESUME], [LISTED], RUN), [LISTED, fresh]);
  assert.deepEqual(updateDeviations([exampleResult(), RESUME], [LISTED], RUN), [fresh]);
});

test("updateDeviations() keeps issue, reason and expiry of an entry that fails otherwise", () => {
  const hung = exampleFailure("DL-INTEGRITY", "it hung");
  assert.deepEqual(updateDeviations([hung], [LISTED], RUN), [
    { ...LISTED, signature: "DL-INTEGRITY: it hung" },
  ]);
});

test("updateDeviations() names the worlds of a failure that not all of them show", () => {
  const [entry, ...others] = updateDeviations(
    [FAILED, exampleResult({ world: "disk" })],
    [LISTED],
    RUN,
  );
  assert.deepEqual(others, []);
  assert.deepEqual(entry?.when, { world: ["memory"] });
  assert.equal(entry?.issue, LISTED.issue);
});

test("updateDeviations() keeps entries of other systems and versions", () => {
  const elsewhere = { ...LISTED, when: { os: ["darwin"] } };
  assert.deepEqual(updateDeviations([exampleResult()], [elsewhere], RUN), [elsewhere]);
});

test("updateDeviations() gives a list that the same run has nothing against", () => {
  const results = [
    FAILED,
    exampleResult({ world: "disk" }),
    RESUME,
    exampleFailure("DL-RESUME", "another end", { scenario: "download/resume", world: "disk" }),
    exampleResult({ scenario: "download/cancel", status: "timeout" }),
  ];
  const wide = { ...LISTED, scenario: "download/*" };
  const updated = updateDeviations(results, [wide], RUN);
  assert.deepEqual(judgeDeviations(results, updated, RUN).problems, []);
  assert.deepEqual(updateDeviations(results, updated, RUN), updated);
  // A result that is already judged by the old list gives the same.
  const judged = judgeDeviations(results, [wide], RUN).results;
  assert.deepEqual(updateDeviations(judged, [wide], RUN), updated);
});
