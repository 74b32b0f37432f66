import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { breakageSignature, encodeGiven, parseRecord } from "../../../harness/internal.ts";
import { exampleFailure, exampleResult } from "../../../harness/deviations/example_result.ts";
import { runOptions } from "./run_options.ts";
import { RunReport } from "./run_report.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-run-report-"));
after(() => rm(directory, { recursive: true }));

const FACTS = {
  subject: { name: "a", version: "1" },
  profiles: ["core"],
  planned: 2,
} as const;

test("RunReport matches a result once, and builds the replay of each failure once", async () => {
  const example = exampleFailure("DL-INTEGRITY", "wrong bytes");
  assert.ok(example.breakage !== undefined);
  const breakage = { ...example.breakage, given: encodeGiven({ sizeBytes: 13 }) };
  const further = { ...breakage, requirement: "DL-NOT-A-HUB", detail: "a page" } as const;
  const covers = [...example.covers, further.requirement];
  const failed = { ...example, covers, breakage, further: [further] };
  const deviations = [
    {
      requirement: "DL-INTEGRITY",
      scenario: example.scenario,
      signature: breakageSignature(breakage),
      issue: "https://example.com/1",
      expires: "2999-01-01",
    },
  ];
  const list = join(directory, "list.json");
  await writeFile(list, JSON.stringify({ deviations }));
  const path = join(directory, "run.jsonl");
  const options = runOptions({
    seed: 1,
    runs: 1,
    replays: directory,
    examples: true,
    jobs: 1,
    all: false,
    deviations: list,
    report: path,
  });
  const report = await RunReport.begin(options, FACTS);
  const passed = { ...exampleResult(), scenario: "a/passes" };
  // They come in another order than they are shown in.
  assert.equal(report.add(failed).matched.result.status, "fail");
  assert.equal(report.add(passed).matched.result.status, "pass");
  const { results, failures, problems, verdict } = await report.end([passed, failed]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["pass", "fail"],
  );
  assert.deepEqual([problems, verdict], [[], "not conformant"]);
  assert.deepEqual(
    failures.map(({ result, replay }) => [result.breakage?.isKnown, replay?.replay.requirement]),
    [
      [true, "DL-INTEGRITY"],
      [undefined, "DL-NOT-A-HUB"],
    ],
  );
  const record = parseRecord(await readFile(path, "utf8"), path);
  const [first] = record.results;
  assert.equal(first?.replay?.name, failures[0]?.replay?.name);
  assert.equal(record.closing?.verdict, "not conformant");
});
