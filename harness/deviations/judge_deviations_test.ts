import assert from "node:assert/strict";
import { test } from "node:test";
import { standingOf } from "../suite/run_suite.ts";
import type { ScenarioResult, ScenarioStatus } from "../scenario/scenario_result.ts";
import type { Deviation } from "./deviation.ts";
import { exampleFailure, exampleResult } from "./example_result.ts";
import { judgeDeviations, type JudgeDeviationsOptions } from "./judge_deviations.ts";

const RUN: JudgeDeviationsOptions = { os: "linux", version: "1.4.0", date: "2026-11-25T20:00:00Z" };
const LISTED: Deviation = {
  requirement: "DL-INTEGRITY",
  scenario: "download/wrong_bytes",
  signature: "DL-INTEGRITY: it published <path>",
  issue: "https://example.com/issues/1",
  reason: "it does not hash",
  expires: "2027-11-25",
};
const FAILED = exampleFailure("DL-INTEGRITY", 'it published "a.json" with 3 wrong bytes');

test("judgeDeviations() tells a listed failure from others", () => {
  const other = exampleFailure("DL-RESUME", "it sent no range", { scenario: "download/resume" });
  const { results, problems } = judgeDeviations([FAILED, other], [LISTED], RUN);
  assert.deepEqual(problems, []);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["expected-fail", "fail"],
  );
  assert.deepEqual(results[0]?.deviation, { issue: LISTED.issue, reason: LISTED.reason });
});

test("judgeDeviations() changes nothing when it judges a second time", () => {
  const passed = exampleResult({ world: "disk" });
  const once = judgeDeviations([FAILED, passed], [LISTED], RUN);
  assert.deepEqual(judgeDeviations(once.results, [LISTED], RUN), once);
  const without = judgeDeviations(once.results, [], RUN);
  assert.deepEqual(without.results, [FAILED, passed]);
});

test("judgeDeviations() finds an entry that says what is not so", () => {
  const kindsOf = (results: readonly ScenarioResult[], entry: Partial<Deviation> = {}) =>
    judgeDeviations(results, [{ ...LISTED, ...entry }], RUN).problems.map(({ kind }) => kind);
  const passed = exampleResult();
  const other = exampleResult({ scenario: "download/resume", covers: ["DL-RESUME"] });
  assert.deepEqual(kindsOf([FAILED]), []);
  assert.deepEqual(kindsOf([passed]), ["unexpected-pass"]);
  assert.deepEqual(kindsOf([exampleFailure("DL-INTEGRITY", "it hung")]), ["changed-signature"]);
  assert.deepEqual(kindsOf([other]), ["unmatched"]);
  assert.deepEqual(kindsOf([FAILED], { scenario: "download/wrong_byte" }), ["unmatched"]);
  assert.deepEqual(kindsOf([FAILED], { expires: "2026-11-25" }), ["expired"]);
  assert.deepEqual(kindsOf([FAILED], { expires: "2026-11-26" }), []);
});

test("judgeDeviations() lets no result satisfy an entry that is not the failure itself", () => {
  for (const status of ["skip", "error", "timeout", "vacuous"] satisfies ScenarioStatus[]) {
    const { results, problems } = judgeDeviations([exampleResult({ status })], [LISTED], RUN);
    assert.deepEqual(
      problems.map(({ kind }) => kind),
      ["unmatched"],
      status,
    );
    assert.equal(results[0]?.status, status);
  }
});

test("judgeDeviations() holds a pass against every entry that lists it, also beside failures", () => {
  const disk = exampleResult({ world: "disk" });
  const { results, problems } = judgeDeviations([FAILED, disk], [LISTED], RUN);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["expected-fail", "unexpected-pass"],
  );
  assert.deepEqual(
    problems.map(({ kind }) => kind),
    ["unexpected-pass"],
  );
  const narrow = { ...LISTED, when: { world: ["memory"] } };
  assert.deepEqual(judgeDeviations([FAILED, disk], [narrow], RUN).problems, []);
});

test("judgeDeviations() leaves out entries for other systems and versions", () => {
  for (const when of [{ os: ["darwin"] }, { version: ">=2" }]) {
    const { results, problems } = judgeDeviations([FAILED], [{ ...LISTED, when }], RUN);
    assert.deepEqual(problems, []);
    assert.equal(results[0]?.status, "fail");
  }
  const both = { ...LISTED, when: { os: ["linux"], version: "<2" } };
  assert.equal(judgeDeviations([FAILED], [both], RUN).results[0]?.status, "expected-fail");
});

test("judgeDeviations() asks of a partial run only what it ran", () => {
  const other = exampleResult({ scenario: "download/resume", covers: ["DL-RESUME"] });
  const options = { ...RUN, isPartial: true };
  assert.deepEqual(judgeDeviations([other], [LISTED], options).problems, []);
  const skipped = exampleResult({ status: "skip" });
  assert.equal(judgeDeviations([skipped], [LISTED], options).problems.length, 1);
});

test("judgeDeviations() refuses a pattern that hides more than twenty failures", () => {
  const wide = { ...LISTED, scenario: "download/*" };
  const many = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ ...FAILED, scenario: `download/s${at}` }));
  assert.deepEqual(judgeDeviations(many(20), [wide], RUN).problems, []);
  assert.deepEqual(
    judgeDeviations(many(21), [wide], RUN).problems.map(({ kind }) => kind),
    ["too-many-failures"],
  );
});

test("judgeDeviations() warns a month ahead of an expiry", () => {
  const warningsOf = (expires: string) =>
    judgeDeviations([FAILED], [{ ...LISTED, expires }], RUN).warnings.length;
  assert.deepEqual(["2026-12-01", "2026-12-25", "2026-12-26"].map(warningsOf), [1, 1, 0]);
});

test("judgeDeviations() expects a failure only where everything that it broke is listed", () => {
  const [also] = [exampleFailure("DL-RESUME", "it sent no range").breakage];
  const covers = ["DL-INTEGRITY", "DL-RESUME"] as const;
  const both = { ...FAILED, covers, further: also === undefined ? [] : [also] };
  const half = judgeDeviations([both], [LISTED], RUN);
  assert.equal(half.results[0]?.status, "fail");
  assert.equal(standingOf("DL-INTEGRITY", half.results), "deviates");
  assert.equal(standingOf("DL-RESUME", half.results), "broken");
  const second = { ...LISTED, requirement: "DL-RESUME", signature: "DL-RESUME: it sent" } as const;
  const whole = judgeDeviations([both], [LISTED, second], RUN);
  assert.equal(whole.results[0]?.status, "expected-fail");
  assert.deepEqual(whole.problems, []);
  assert.deepEqual(judgeDeviations(whole.results, [], RUN).results, [both]);
});

const SOMETIMES = { ...LISTED, sometimes: true, reason: "two processes race" } as const;

test("judgeDeviations() lets an entry that holds sometimes fail as listed, and pass", () => {
  const failed = judgeDeviations([FAILED], [SOMETIMES], RUN);
  assert.deepEqual(failed.problems, []);
  assert.equal(failed.results[0]?.status, "expected-fail");
  assert.equal(failed.results[0]?.deviation?.sometimes, true);
  for (const status of ["pass", "skip", "vacuous"] satisfies ScenarioStatus[]) {
    const { results, problems } = judgeDeviations([exampleResult({ status })], [SOMETIMES], RUN);
    assert.deepEqual(problems, [], status);
    // It stays what it is: the entry makes no pass of what proves nothing.
    assert.equal(results[0]?.status, status);
  }
  const passed = judgeDeviations([exampleResult()], [SOMETIMES], RUN);
  assert.equal(passed.results[0]?.deviation?.sometimes, true);
  assert.deepEqual(judgeDeviations(passed.results, [SOMETIMES], RUN), passed);
  assert.deepEqual(judgeDeviations(passed.results, [], RUN).results, [exampleResult()]);
});

test("judgeDeviations() lets an entry that holds sometimes excuse nothing else", () => {
  const hung = judgeDeviations([exampleFailure("DL-INTEGRITY", "it hung")], [SOMETIMES], RUN);
  assert.equal(hung.results[0]?.status, "fail");
  assert.deepEqual(
    hung.problems.map(({ kind }) => kind),
    ["changed-signature"],
  );
  const kindsOf = (entry: Partial<Deviation>) =>
    judgeDeviations([exampleResult()], [{ ...SOMETIMES, ...entry }], RUN).problems.map(
      ({ kind }) => kind,
    );
  assert.deepEqual(kindsOf({ scenario: "download/wrong_byte" }), ["unmatched"]);
  assert.deepEqual(kindsOf({ expires: "2026-11-25" }), ["expired"]);
  // Beside one that always fails, a pass is a surprise.
  const both = judgeDeviations([exampleResult()], [SOMETIMES, LISTED], RUN);
  assert.equal(both.results[0]?.status, "unexpected-pass");
  assert.equal(both.problems.length, 1);
});
