import assert from "node:assert/strict";
import { test } from "node:test";
import { Parser } from "tap-parser";
import { exampleFailure } from "../../deviations/example_result.ts";
import { exampleRecordText, type ExampleRecordOptions } from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";
import { tapReport } from "./tap_report.ts";

function reportOf(options: ExampleRecordOptions = {}): string {
  return tapReport([parseRecord(exampleRecordText(options), "r.jsonl")]);
}

/** What a strict consumer of TAP makes of it. */
function consume(tap: string) {
  const events = Parser.parse(tap, { strict: true });
  const asserts = events.flatMap((event) => (event[0] === "assert" ? [event[1]] : []));
  const results = events.flatMap((event) => (event[0] === "complete" ? [event[1]] : []));
  return { asserts, results: results[0], names: events.map(([name]) => name) };
}

test("tapReport() marks what is expected to fail, and what was skipped", () => {
  const { asserts, results } = consume(reportOf());
  assert.deepEqual(
    asserts.map(({ ok, todo, skip }) => [ok, Boolean(todo), Boolean(skip)]),
    [
      [true, false, false],
      [false, false, false],
      [false, true, false],
      [false, false, false],
      [true, false, true],
      [false, false, false],
    ],
  );
  assert.equal(results?.ok, false);
  assert.deepEqual([results?.count, results?.fail, results?.todo, results?.skip], [6, 4, 1, 1]);
  const [, failed] = asserts;
  assert.equal(failed?.name, "example 1.4.0: download/wrong_bytes in memory");
  assert.match(String(failed?.diag?.["story"]), /broke DL-INTEGRITY/);
});

test("tapReport() passes where only listed deviations failed", () => {
  const known = exampleFailure("DL-RESUME", "x", {
    status: "expected-fail",
    deviation: { issue: "https://example.com/issues#1" },
  });
  const { results, asserts } = consume(
    reportOf({ results: [known], verdict: "conformant with deviations" }),
  );
  assert.equal(results?.ok, true);
  assert.match(String(asserts[0]?.todo), /issues#1/);
});

test("tapReport() bails out where the run did not finish", () => {
  const { results, names } = consume(reportOf({ verdict: undefined }));
  assert.ok(names.includes("bailout"));
  assert.equal(results?.ok, false);
});

test("tapReport() fails where the list of deviations is out of date", () => {
  const tap = reportOf({
    results: [],
    verdict: "deviations out of date",
    deviationProblems: ["a # b"],
  });
  assert.equal(consume(tap).results?.ok, false);
  assert.match(tap, /not ok 1 - .*a \\# b/);
});
