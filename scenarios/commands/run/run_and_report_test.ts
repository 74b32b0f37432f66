import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exampleFailure, exampleResult } from "../../../harness/deviations/example_result.ts";
import { exitCodeOf } from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";
import { type RequirementId, REQUIREMENTS } from "../../../spec/mod.ts";
import { captureConform } from "../capture_conform.ts";
import { gradeLines, verdictLines } from "./run_lines.ts";
import { runOptions } from "./run_options.ts";
import { RunReport } from "./run_report.ts";

const directory = await mkdtemp(join(tmpdir(), "mlx-layout-run-and-report-"));
after(() => rm(directory, { recursive: true }));

const IDS = Object.keys(REQUIREMENTS) as RequirementId[];
const CORE = IDS.filter((id) => REQUIREMENTS[id].profile === "core");
const MUST = CORE.find((id) => REQUIREMENTS[id].level === "MUST") ?? "LAYOUT-PATH";
const SHOULD = CORE.find((id) => REQUIREMENTS[id].level === "SHOULD") ?? "LAYOUT-PATH";
const ALL = {
  ...exampleResult(),
  covers: CORE,
  judged: Object.fromEntries(CORE.map((id) => [id, 1])),
};
const OF_ONE = { covers: [MUST], judged: {} } as const;

const RUNS: readonly {
  readonly name: string;
  readonly verdict: string;
  readonly exitCode: number;
  readonly results: readonly ScenarioResult[];
  readonly only?: readonly string[];
  readonly counts: RegExp;
}[] = [
  {
    name: "all held",
    verdict: "conformant",
    exitCode: 0,
    results: [ALL],
    counts: /^MUST: \d+ held; /,
  },
  {
    name: "a SHOULD not held",
    verdict: "conformant",
    exitCode: 0,
    results: [ALL, exampleFailure(SHOULD, "x")],
    counts: /^MUST: \d+ held; SHOULD and MAY, [^:]*: (?:\d+ held, )?1 not held$/,
  },
  {
    name: "a part",
    verdict: "conformant in part",
    exitCode: 0,
    results: [{ ...ALL, covers: [MUST] }],
    only: [MUST],
    counts: /^MUST: 1 held, \d+ not judged; /,
  },
  {
    name: "a MUST skipped",
    verdict: "partial",
    exitCode: 5,
    results: [
      {
        ...ALL,
        covers: CORE.filter((id) => id !== MUST),
      },
      { ...ALL, ...OF_ONE, scenario: "a/skip", status: "skip", skipped: { [MUST]: "no links" } },
    ],
    counts: /^MUST: \d+ held, 1 skipped; /,
  },
  {
    name: "a vacuous result",
    verdict: "incomplete",
    exitCode: 5,
    results: [ALL, { ...ALL, ...OF_ONE, scenario: "a/vacuous", status: "vacuous", vacuity: ["x"] }],
    counts: /, 1 vacuous; /,
  },
  {
    name: "a MUST broken",
    verdict: "not conformant",
    exitCode: 1,
    results: [ALL, exampleFailure(MUST, "x")],
    counts: /^MUST: \d+ held, 1 broken; /,
  },
];

for (const { name, verdict, exitCode, results, only = [], counts } of RUNS)
  test(`a run and a report on its record agree: ${name}`, async () => {
    const path = join(directory, `${name}.jsonl`);
    const options = runOptions({
      seed: 1,
      runs: 1,
      replays: directory,
      examples: true,
      jobs: 1,
      all: false,
      only,
      report: path,
    });
    const profiles = ["core"] as const;
    const subject = { name: "a", version: "1" };
    const run = await RunReport.begin(options, { subject, profiles, planned: results.length });
    for (const result of results) run.add(result);
    const end = await run.end(results);
    assert.equal(end.verdict, verdict);
    assert.equal(exitCodeOf(end.verdict), exitCode);
    const [standings = "", summary = ""] = verdictLines(
      { ...end, scenarioRuns: 1, cases: 1 },
      { options, profiles, seconds: 1 },
    );
    assert.match(standings, counts);
    assert.ok(summary.startsWith(`${verdict} (profiles core): `), summary);
    const report = await captureConform("report", path);
    assert.equal(report.exitCode, exitCode, report.out);
    const [head, counted, ...grade] = report.out.trimEnd().split("\n");
    assert.deepEqual([head, counted], [`a 1: ${verdict} (${path})`, `  ${standings}`]);
    // Only a whole run prints its grade; a report says why a part has none.
    const [, ...ownGrade] = gradeLines({ results, stop: undefined }, { options, profiles });
    if (only.length === 0)
      assert.deepEqual(
        grade,
        ownGrade.map((line) => `  ${line}`),
      );
    else assert.match(grade[0] ?? "", /^ {2}grade by set \S+: none, as /);
  });

test("partial is in every list of exit codes", async () => {
  for (const words of [["--help"], ["run", "--help"], ["replay", "--help"], ["report", "--help"]]) {
    const { out } = await captureConform(...words);
    assert.match(out, /\n {2}5 {2}partial \(a MUST was skipped or not tested\), or incomplete/);
  }
});
