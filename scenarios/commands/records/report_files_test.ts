import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { parseDeviations, parseRecord } from "../../../harness/internal.ts";
import { EXAMPLE_RESULTS, exampleRecordText } from "../../../harness/report/example_record.ts";
import { captureConform } from "../capture_conform.ts";

const directory = mkdtempSync(join(tmpdir(), "report_files_"));
after(() => rmSync(directory, { recursive: true }));

const at = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(at(name), "utf8");
const recordOf = (name: string) => parseRecord(read(name), name);

const ONE = ["--only", "manage/model_id_round_trip", "--world", "memory", "--runs", "20"];

test("a run writes its record, and reports are made from it", async () => {
  const run = await captureConform("run", ...ONE, "--report", at("deep/run.jsonl"));
  assert.equal(run.exitCode, 0, run.err);
  const record = recordOf("deep/run.jsonl");
  assert.deepEqual(record.problems, []);
  assert.equal(record.closing?.verdict, "conformant in part");
  assert.deepEqual(
    record.results.map(({ scenario, status }) => [scenario, status]),
    [["manage/model_id_round_trip", "pass"]],
  );
  const made = {
    html: /<!doctype html>/,
    junit: /<testsuites/,
    markdown: /☑️ conformant in part/,
    tap: /^TAP version 14\n1\.\.1\nok 1/,
    annotations: /^$/,
    badge: /"conformant in part: /,
    grade: /"none \(2026-12\): bronze/,
  };
  const options = Object.keys(made).flatMap((name) => [`--${name}`, at(`out/${name}`)]);
  const report = await captureConform("report", at("deep/run.jsonl"), ...options);
  assert.equal(report.exitCode, 0, report.err);
  assert.match(report.out, /mlx-layout \S+: conformant in part/);
  for (const [name, regExp] of Object.entries(made)) assert.match(read(`out/${name}`), regExp);
});

test("shards of a run come to the same results as the whole, and half of them to nothing", async () => {
  const names = [1, 2].map((index) => `${index}.jsonl`);
  const codes = [];
  for (const [n, name] of names.entries()) {
    const { exitCode } = await captureConform(
      "run",
      ...ONE,
      "--shard",
      `${n + 1}/2`,
      "--report",
      at(name),
    );
    codes.push(exitCode);
  }
  // In one of the two nothing ran.
  assert.deepEqual(
    codes.toSorted((one, other) => one - other),
    [0, 5],
  );
  const merged = await captureConform("merge", ...names.map(at), "-o", at("merged.jsonl"));
  assert.equal(merged.exitCode, 0, merged.err);
  const timeless = (name: string) =>
    recordOf(name).results.map((result) => ({ ...result, durationMs: 0 }));
  assert.deepEqual(timeless("merged.jsonl"), timeless("deep/run.jsonl"));
  const half = await captureConform("merge", at("1.jsonl"), "-o", at("half.jsonl"));
  assert.equal(half.exitCode, 5);
  assert.match(half.err, /Cannot merge 1 records:\n {2}shard 2 of 2 is missing/);
  assert.throws(() => read("half.jsonl"));
});

test("a list of deviations that is not true makes a run fail, and says why", async () => {
  const entry = {
    requirement: "MANAGE-MAP",
    scenario: "manage/model_id_round_trip",
    signature: "MANAGE-MAP: x",
    issue: "https://example.com/1",
    expires: "2999-01-01",
  };
  writeFileSync(at("listed.json"), JSON.stringify({ deviations: [entry] }));
  const run = await captureConform("run", ...ONE, "--deviations", at("listed.json"));
  assert.equal(run.exitCode, 1, run.out);
  assert.match(run.out, /known deviations: manage\/model_id_round_trip in memory passes/);
  assert.match(run.out, /deviations out of date \(profiles/);
  const missing = await captureConform("run", ...ONE, "--deviations", at("none.json"));
  assert.equal(missing.exitCode, 2);
  assert.match(missing.err, /Cannot read known deviations from/);
});

test("deviations update writes what a full run showed, and refuses a partial one", async () => {
  writeFileSync(at("full.jsonl"), exampleRecordText());
  const list = at("made.json");
  const made = await captureConform("deviations", "update", at("full.jsonl"), "--deviations", list);
  assert.equal(made.exitCode, 0, made.err);
  assert.match(made.out, /2 deviations, 0 before; 2 need an issue/);
  const names = () =>
    parseDeviations(readFileSync(list, "utf8"), list, { isDraft: true }).map(
      ({ requirement }) => requirement,
    );
  assert.deepEqual(names(), ["DL-INTEGRITY", "DL-RESUME"]);
  const before = readFileSync(list, "utf8");
  for (const [options, why] of [
    [{ header: { only: ["DL-RESUME"] } }, /only DL-RESUME was run/],
    [{ header: { shard: { index: 1, count: 2 } } }, /shard 1 of 2: merge them first/],
    [{ verdict: undefined }, /did not finish/],
  ] as const) {
    writeFileSync(at("partial.jsonl"), exampleRecordText(options));
    const refused = await captureConform(
      "deviations",
      "update",
      at("partial.jsonl"),
      "--deviations",
      list,
    );
    assert.equal(refused.exitCode, 5);
    assert.match(refused.err, why);
    assert.equal(readFileSync(list, "utf8"), before);
  }
  const again = await captureConform(
    "deviations",
    "update",
    at("full.jsonl"),
    "--deviations",
    list,
  );
  assert.equal(again.exitCode, 0, again.err);
  assert.equal(readFileSync(list, "utf8"), before);
});

test("deviations update takes several runs of one subject, and says what shows sometimes", async () => {
  const passing = EXAMPLE_RESULTS.map((result) =>
    result.status === "fail" ? { ...result, status: "pass" as const, breakage: undefined } : result,
  );
  writeFileSync(at("one.jsonl"), exampleRecordText());
  writeFileSync(at("two.jsonl"), exampleRecordText({ results: passing }));
  const list = at("of several.json");
  const update = (...names: string[]) =>
    captureConform("deviations", "update", ...names.map(at), "--deviations", list);
  const made = await update("one.jsonl", "two.jsonl");
  assert.equal(made.exitCode, 0, made.err);
  assert.match(made.out, /2 deviations, 0 before; 1 show sometimes, 0 of them kept/);
  assert.match(made.out, /2 need an issue before the list can be used; 1 need a reason/);
  const entries = () => parseDeviations(readFileSync(list, "utf8"), list, { isDraft: true });
  assert.deepEqual(
    entries().map(({ requirement, sometimes }) => [requirement, sometimes]),
    [
      ["DL-INTEGRITY", true],
      ["DL-RESUME", undefined],
    ],
  );
  const before = readFileSync(list, "utf8");
  const again = await update("two.jsonl");
  assert.match(again.out, /2 before; 1 show sometimes, 1 of them kept though no run showed them/);
  assert.equal(readFileSync(list, "utf8"), before);
  const stranger = { header: { subject: { name: "stranger", version: "1" } } };
  writeFileSync(at("stranger.jsonl"), exampleRecordText(stranger));
  const refused = await update("one.jsonl", "stranger.jsonl");
  assert.equal(refused.exitCode, 5);
  assert.match(
    refused.err,
    /its subject is stranger 1, and that of .*one\.jsonl is example 1\.4\.0/,
  );
  assert.equal(readFileSync(list, "utf8"), before);
});

test("wrong usage of the record's commands ends with 2 and says why", async () => {
  for (const [words, why] of [
    [["report", at("nothing.jsonl")], /Cannot read the record/],
    [["report"], /missing required argument/],
    [["merge", at("full.jsonl")], /required option '-o/],
    [["deviations", "update", at("full.jsonl")], /required option '--deviations/],
    [["run", "--shard", "3/2"], /a shard and the number of shards/],
    [["run", ...ONE, "--report", join(at("full.jsonl"), "x")], /Cannot write the record/],
  ] as const) {
    const { exitCode, err } = await captureConform(...words);
    assert.equal(exitCode, 2, err);
    assert.match(err, why);
  }
});
