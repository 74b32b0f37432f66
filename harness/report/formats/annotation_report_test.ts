import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleFailure } from "../../deviations/example_result.ts";
import { exampleRecordText, type ExampleRecordOptions } from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";
import { annotationReport } from "./annotation_report.ts";

function annotationsOf(options: ExampleRecordOptions): string[] {
  const text = annotationReport([parseRecord(exampleRecordText(options), "r.jsonl")]);
  return text.split("\n").slice(0, -1);
}

test("annotationReport() has an error for each failure, broken requirements first", () => {
  const lines = annotationsOf({
    header: { subject: { name: "mine", version: "1", command: "python3 ./tools/adapter.py" } },
  });
  assert.equal(lines.length, 3);
  assert.match(
    lines[0] ?? "",
    /^::error file=tools\/adapter\.py,line=1,title=mine broke DL-INTEGRITY%3A download\/wrong_bytes in memory::download\/wrong_bytes in memory: broke DL-INTEGRITY%0A  MUST: /,
  );
  assert.match(lines[1] ?? "", /title=mine vacuous%3A download\/retries/);
});

test("annotationReport() lets no text of a record become a command or a property", () => {
  const nasty = "100%\r\n::add-mask::x\n::error file=a,line=2::y ##[error]z";
  const failure = exampleFailure("DL-RESUME", nasty, {
    scenario: nasty,
    status: "vacuous",
    vacuity: [nasty],
  });
  for (const command of [nasty, `python ${nasty}.py`, undefined]) {
    const subject = { name: nasty, version: "1", ...(command === undefined ? {} : { command }) };
    const lines = annotationsOf({
      header: { subject },
      results: [failure, exampleFailure("DL-INTEGRITY", nasty)],
      deviationProblems: [nasty],
    });
    assert.equal(lines.length, 3);
    for (const line of lines) {
      assert.match(line, /^::error title=[^:,\r]*::(?:(?!::|##\[|\r).)*$/);
      assert.match(line, /100%25%0D%0A/);
    }
  }
});

test("annotationReport() stays within what GitHub shows, and says how many more there are", () => {
  const results = Array.from({ length: 14 }, (_, at) =>
    exampleFailure("DL-INTEGRITY", "x", { scenario: `download/${at}` }),
  );
  const lines = annotationsOf({ results });
  assert.equal(lines.length, 11);
  assert.equal(lines.at(-1), "::notice::4 more failures are in the summary and in the report");
});

test("annotationReport() has nothing to say of a run in which all was well", () => {
  assert.deepEqual(annotationsOf({ results: [], verdict: "conformant" }), []);
});
