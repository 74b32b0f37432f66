import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleFailure } from "../../deviations/example_result.ts";
import { exampleRecordText, type ExampleRecordOptions } from "../example_record.ts";
import { markdownReport } from "./markdown_report.ts";
import { parseRecord } from "../record/parse_record.ts";

function reportOf(...all: ExampleRecordOptions[]): string {
  return markdownReport(all.map((options) => parseRecord(exampleRecordText(options), "r.jsonl")));
}

test("markdownReport() has a row for each subject, and the story of what went wrong", () => {
  const other = {
    header: { subject: { name: "a|b", version: "1" } },
    results: [],
    verdict: "conformant",
  } as const;
  const text = reportOf({}, other);
  const rows = text.split("\n").filter((line) => /^\| (?:example|a)/.test(line));
  assert.match(
    rows[0] ?? "",
    /^\| example 1\.4\.0 \| ❌ not conformant \| 2 \| 1 \| 0 \| 1 \| 1 \| 1 \| \d+ \| 0 \| 240 \|$/,
  );
  assert.match(rows[1] ?? "", /^\| a\\\|b 1 \| ✅ conformant \|/);
  assert.match(text, /<summary><b>DL-INTEGRITY<\/b> download\/wrong_bytes in memory<\/summary>/);
  assert.match(text, /<b>vacuous<\/b> download\/retries/);
  assert.doesNotMatch(
    text,
    /<summary>.*download\/resume in disk/,
    "what is listed is not told again",
  );
});

test("markdownReport() says at the top of a subject why its record is incomplete", () => {
  assert.match(
    reportOf({ verdict: undefined }),
    /\| ❌ incomplete \|[^]*- ❌ the run did not finish/,
  );
});

test("markdownReport() lets no text out of its fence, and tells only so many stories", () => {
  const text = reportOf({ results: [exampleFailure("DL-RESUME", "a ```` b\n```\n<script>")] });
  assert.match(text, /\n`````text\n[^]*a ```` b[^]*\n`````\n/);
  const many = Array.from({ length: 40 }, (_, at) =>
    exampleFailure("DL-RESUME", "x", { scenario: `download/s${at}` }),
  );
  assert.match(reportOf({ results: many }), /… and 10 more\./);
});
