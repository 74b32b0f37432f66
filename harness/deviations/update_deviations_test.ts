import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deviation } from "./deviation.ts";
import { exampleFailure, exampleResult } from "./example_result.ts";
import { judgeDeviations } from "./judge_deviations.ts";
import { updateDeviations } from "./update_deviations.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";

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

const updated = (
  results: readonly ScenarioResult[],
  deviations: readonly Deviation[],
  options: typeof RUN,
) => updateDeviations([results], deviations, options).deviations;

test("updateDeviations() keeps what is true, adds what is new and drops what is mended", () => {
  assert.deepEqual(updated([FAILED], [LISTED], RUN), [LISTED]);
  const fresh: Deviation = {
    requirement: "DL-RESUME",
    scenario: "download/resume",
    signature: "DL-RESUME: it sent no range",
    issue: "",
    expires: "2027-05-24",
  };
  assert.deepEqual(updated([FAILED, RESUME], [LISTED], RUN), [LISTED, fresh]);
  assert.deepEqual(updated([exampleResult(), RESUME], [LISTED], RUN), [fresh]);
});

test("updateDeviations() keeps issue, reason and expiry of an entry that fails otherwise", () => {
  const hung = exampleFailure("DL-INTEGRITY", "it hung");
  assert.deepEqual(updated([hung], [LISTED], RUN), [
    { ...LISTED, signature: "DL-INTEGRITY: it hung" },
  ]);
});

test("updateDeviations() names the worlds of a failure that not all of them show", () => {
  const [entry, ...others] = updated([FAILED, exampleResult({ world: "disk" })], [LISTED], RUN);
  assert.deepEqual(others, []);
  assert.deepEqual(entry?.when, { world: ["memory"] });
  assert.equal(entry?.issue, LISTED.issue);
});

test("updateDeviations() keeps entries of other systems and versions", () => {
  const elsewhere = { ...LISTED, when: { os: ["darwin"] } };
  assert.deepEqual(updated([exampleResult()], [elsewhere], RUN), [elsewhere]);
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
  const once = updated(results, [wide], RUN);
  assert.deepEqual(judgeDeviations(results, once, RUN).problems, []);
  assert.deepEqual(updated(results, once, RUN), once);
  // A result that is already judged by the old list gives the same.
  const judged = judgeDeviations(results, [wide], RUN).results;
  assert.deepEqual(updated(judged, [wide], RUN), once);
});

/** What several runs make of a list. */
const updatedBy = (
  runs: readonly (readonly ScenarioResult[])[],
  deviations: readonly Deviation[] = [],
) => updateDeviations(runs, deviations, RUN);
const PASSED = exampleResult();

test("updateDeviations() calls sometimes what failed in some runs and passed in others", () => {
  const runs = [[FAILED], [PASSED]];
  const { deviations } = updatedBy(runs);
  assert.deepEqual(deviations, [
    {
      requirement: "DL-INTEGRITY",
      scenario: "download/wrong_bytes",
      signature: "DL-INTEGRITY: it published <n> wrong bytes",
      issue: "",
      reason: "",
      expires: "2027-05-24",
      sometimes: true,
    },
  ]);
  for (const run of runs) assert.deepEqual(judgeDeviations(run, deviations, RUN).problems, []);
  // What is listed keeps what is known of it.
  assert.deepEqual(updatedBy(runs, [LISTED]).deviations, [{ ...LISTED, sometimes: true }]);
  const wide = { ...LISTED, scenario: "download/*" };
  assert.deepEqual(
    updatedBy(
      [
        [FAILED, RESUME],
        [PASSED, RESUME],
      ],
      [wide],
    ).deviations[0],
    {
      ...LISTED,
      signature: "DL-INTEGRITY: it published <n> wrong bytes",
      sometimes: true,
    },
  );
});

test("updateDeviations() keeps what holds sometimes, and says what no run showed", () => {
  const sometimes = { ...LISTED, sometimes: true } as const;
  for (const runs of [[[PASSED]], [[PASSED], [exampleResult({ status: "skip" })]]])
    assert.deepEqual(updatedBy(runs, [sometimes]), {
      deviations: [sometimes],
      unseen: [sometimes],
    });
  assert.deepEqual(updatedBy([[PASSED], [FAILED]], [sometimes]), {
    deviations: [sometimes],
    unseen: [],
  });
  // Nothing judges it any more.
  assert.deepEqual(updatedBy([[RESUME]], [sometimes]).deviations.length, 1);
  assert.equal(updatedBy([[RESUME]], [sometimes]).deviations[0]?.requirement, "DL-RESUME");
});

test("updateDeviations() takes the beginning that changing signatures share, if it says enough", () => {
  const seen = (detail: string) => [exampleFailure("DL-INTEGRITY", detail)];
  const long = [
    seen("config has other bytes than it should: cut"),
    seen("config has other bytes than it should: more"),
  ];
  const [entry, ...others] = updatedBy(long).deviations;
  assert.deepEqual(others, []);
  assert.equal(entry?.signature, "DL-INTEGRITY: config has other bytes than it should:");
  assert.equal(entry?.sometimes, undefined);
  const short = [seen("it hung up"), seen("it died"), [PASSED]];
  const { deviations } = updatedBy(short);
  assert.deepEqual(
    deviations.map(({ signature, sometimes }) => [signature, sometimes]),
    [
      ["DL-INTEGRITY: it hung up", true],
      ["DL-INTEGRITY: it died", true],
    ],
  );
  for (const run of short) assert.deepEqual(judgeDeviations(run, deviations, RUN).problems, []);
  assert.deepEqual(updatedBy(short, deviations).deviations, deviations);
});

test("updateDeviations() widens an entry that holds sometimes by what is seen next", () => {
  const entry = {
    ...LISTED,
    signature: "DL-INTEGRITY: config has other bytes than it should: cut",
    sometimes: true,
  } as const;
  const more = [exampleFailure("DL-INTEGRITY", "config has other bytes than it should: more")];
  assert.deepEqual(updatedBy([more], [entry]).deviations, [
    { ...entry, signature: "DL-INTEGRITY: config has other bytes than it should:" },
  ]);
  const hung = [exampleFailure("DL-INTEGRITY", "it hung")];
  const apart = updatedBy([hung], [entry]);
  assert.deepEqual(apart.deviations, [entry, { ...entry, signature: "DL-INTEGRITY: it hung" }]);
  assert.deepEqual(apart.unseen, [entry]);
});
