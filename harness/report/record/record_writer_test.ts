import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { Ajv } from "ajv";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import { exampleFailure } from "../../deviations/example_result.ts";
import { EXAMPLE_RESULTS, exampleRecordText } from "../example_record.ts";
import { parseRecord } from "./parse_record.ts";
import { recordStandings, recordVerdict } from "../record_verdict.ts";
import { junitReport } from "../formats/junit_report.ts";
import { htmlReport } from "../html/html_report.ts";
import { runMachine } from "./run_machine.ts";

const SCHEMA = JSON.parse(
  readFileSync(new URL("../../../spec/report.schema.json", import.meta.url), "utf8"),
) as object;

test("RecordWriter writes lines of the published schema", () => {
  const isLine = new Ajv().compile(SCHEMA);
  const lines = exampleRecordText().trimEnd().split("\n");
  assert.equal(lines.length, 1 + Object.keys(REQUIREMENTS).length + EXAMPLE_RESULTS.length + 1);
  for (const line of lines)
    assert.ok(isLine(JSON.parse(line)), `${line}: ${JSON.stringify(isLine.errors)}`);
  assert.ok(!isLine({ type: "closing", complete: false }));
});

test("a record is read as it was written, with story and signature of each failure", () => {
  const record = parseRecord(exampleRecordText(), "r.jsonl");
  assert.deepEqual(record.problems, []);
  assert.equal(recordVerdict(record), "not conformant");
  assert.deepEqual(record.closing?.counts, {
    pass: 1,
    fail: 1,
    "expected-fail": 1,
    vacuous: 1,
    skip: 1,
    timeout: 1,
  });
  const failed = record.results.find(({ status }) => status === "fail");
  assert.match(failed?.story ?? "", /broke DL-INTEGRITY/);
  assert.equal(
    failed?.signature,
    "DL-INTEGRITY: it published <path> <b>with</b> <n> wrong bytes & more",
  );
  const standings = Object.fromEntries(
    recordStandings(record).map(({ requirement, standing }) => [requirement.id, standing]),
  );
  assert.equal(standings["LAYOUT-SET"], "held");
  assert.equal(standings["DL-INTEGRITY"], "broken");
  assert.equal(standings["DL-RESUME"], "deviates");
  assert.equal(standings["DL-RETRY"], "vacuous");
  assert.equal(standings["LAYOUT-CASE-ID"], "skipped");
  assert.equal(standings["DL-CANCEL"], "not judged");
});

test("a record that was cut off anywhere is incomplete, and never looks like a whole one", () => {
  const text = exampleRecordText({ verdict: "conformant" });
  const start = text.indexOf("\n") + 1;
  for (let at = start; at < text.length; at += 997) {
    const record = parseRecord(text.slice(0, at), "r.jsonl");
    assert.equal(recordVerdict(record), "incomplete");
  }
  const open = parseRecord(exampleRecordText({ verdict: undefined }), "r.jsonl");
  assert.match(open.problems.join(), /6 of 6 results, no closing line/);
  const cut = parseRecord(text.slice(0, -10), "r.jsonl");
  assert.match(cut.problems.join(), /its last line is incomplete/);
});

test("a record that was changed after it was written is not believed", () => {
  const text = exampleRecordText();
  for (const [from, to, why] of [
    ['"status":"fail"', '"status":"pass"', /digest differs/],
    ['"cases":40', '"cases":-1', /line \d+ is not a valid result: \/cases must be >= 0/],
    ['{"type":"result"', '{"type":"verdict"', /is not a line of a record/],
    ['{"type":"result"', "garbage", /line \d+ is not JSON/],
  ] as const) {
    const record = parseRecord(text.replace(from, to), "r.jsonl");
    assert.match(record.problems.join("; "), why);
    assert.equal(recordVerdict(record), "incomplete");
  }
  const short = exampleRecordText({ header: { planned: 9 } });
  assert.match(parseRecord(short, "r.jsonl").problems.join(), /6 of 9 planned/);
});

test("parseRecord() refuses what is no record", () => {
  for (const text of ["", "{}\n", "text\n", exampleRecordText().split("\n").slice(1).join("\n")])
    assert.throws(() => parseRecord(text, "r.jsonl"), /Cannot read r\.jsonl as a record of a run/);
});

test("no secret is written, in whatever field it stands", () => {
  const secret = "s3cr3t-of-this-run";
  const leak = `told ${secret} and hf_AbCdEfGh12345678 and Authorization: Bearer xyz123456`;
  const failure = exampleFailure("DL-RESUME", leak, {
    skipped: { "DL-RESUME": leak },
    vacuity: [leak],
    breakage: { requirement: "DL-RESUME", detail: leak, counterexample: leak, path: "0" },
  });
  const text = exampleRecordText({
    results: [failure],
    secrets: [secret],
    materialOf: () => ({
      replay: { name: "r.json", content: JSON.stringify({ leak }) },
      trace: [leak],
    }),
    deviationProblems: [leak],
  });
  assert.doesNotMatch(text, /s3cr3t|AbCdEfGh|xyz123456/);
  assert.ok(text.split("[token]").length > 20);
  assert.deepEqual(parseRecord(text, "r.jsonl").problems, []);
});

test("a record moves no cursor and changes no direction, and is read back as it was", () => {
  const detail = "a\u009b31m\u202ecod\u2066\u2028\u007f";
  const text = exampleRecordText({ results: [exampleFailure("DL-RESUME", detail)] });
  assert.doesNotMatch(text, /[\u007f-\u009f\p{Bidi_Control}\u2028]/u);
  const record = parseRecord(text, "r.jsonl");
  assert.deepEqual(record.problems, []);
  assert.equal(record.results[0]?.breakage?.detail, detail);
  for (const report of [htmlReport([record]), junitReport([record])])
    assert.doesNotMatch(report, /[\u007f-\u009f\p{Bidi_Control}\u2028]/u);
});

test("no path of this machine is written, in whatever field it stands", () => {
  const detail = `7 bytes in ${tmpdir()}/mlx-layout-world-a1B2c3/1/2/3/4/5/6/Documents/Models/x.part`;
  const story = `again: mlx-conform --subject "python3 ${process.cwd()}/adapter.py"`;
  const failure = exampleFailure("DL-RESUME", detail);
  const text = exampleRecordText({ results: [failure], materialOf: () => ({ story }) });
  const [result] = parseRecord(text, "r.jsonl").results;
  assert.equal(result?.breakage?.detail, "7 bytes in Documents/Models/x.part");
  assert.equal(result?.story, 'again: mlx-conform --subject "python3 adapter.py"');
  for (const place of [process.cwd(), tmpdir()]) assert.ok(!text.includes(`${place}/`), place);
});

test("runMachine() examines this machine", async () => {
  const machine = await runMachine();
  assert.equal(machine.os, process.platform);
  assert.equal(machine.node, process.versions.node);
  assert.ok(machine.filesystem.length > 0);
  if (machine.os === "linux") assert.equal(machine.isCaseSensitive, true);
});
