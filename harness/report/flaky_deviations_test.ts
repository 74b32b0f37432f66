import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleFailure, exampleResult } from "../deviations/example_result.ts";
import { exampleRecordText } from "./example_record.ts";
import { htmlReport } from "./html/html_report.ts";
import { junitReport } from "./formats/junit_report.ts";
import { markdownReport } from "./formats/markdown_report.ts";
import { parseRecord } from "./record/parse_record.ts";
import { flakyDeviations } from "./flaky_deviations.ts";

const ISSUE = "https://example.com/issues/1";
const deviation = { issue: ISSUE, reason: "two processes race", sometimes: true } as const;
const FAILED = exampleFailure("DL-CONCURRENT", "it rejected", {
  scenario: "concurrency/two_processes",
  status: "expected-fail",
  deviation,
});
const PASSED = exampleResult({ deviation });
const LINE = "known deviations that occur sometimes: 1 failed, 1 passed";

test("flakyDeviations() counts what failed and what passed, where there is any", () => {
  assert.equal(flakyDeviations([exampleResult()]), undefined);
  assert.equal(flakyDeviations([FAILED, PASSED, exampleResult()]), LINE);
});

test("reports show what holds sometimes as an expected failure or as a pass, and count it", () => {
  const text = exampleRecordText({
    results: [FAILED, PASSED],
    verdict: "conformant with deviations",
  });
  const record = parseRecord(text, "a");
  assert.ok(markdownReport([record]).includes(LINE));
  const junit = junitReport([record]);
  assert.match(junit, /tests="3" failures="0" errors="0" skipped="1"/);
  assert.equal(junit.match(/<property name="deviation" value="sometimes, /g)?.length, 2);
  assert.match(
    junit,
    /<skipped message="known deviation that occurs sometimes, https:[^"]*: it rejected"/,
  );
  const page = htmlReport([record]);
  assert.ok(page.includes(LINE));
  assert.match(page, /Known deviation that occurs sometimes: two processes race/);
  assert.match(page, /Known deviation that occurs sometimes, not in this run: two processes race/);
});
