import assert from "node:assert/strict";
import { test } from "node:test";
import { exampleResult } from "../../../harness/deviations/example_result.ts";
import { asideLines, deviationLines, headingLines, verdictLines } from "./run_lines.ts";

test("headingLines() names the subject, its network and what it does not do", () => {
  const subject = { name: "a", version: "1", network: "loopback only", limitations: ["no links"] };
  assert.deepEqual(headingLines(subject, { worlds: ["memory", "disk"], seed: 3, set: undefined }), [
    "a 1, worlds memory and disk, seed 3",
    "network: loopback only",
    "noticed: no links",
  ]);
});

test("asideLines() puts together what was skipped for one reason, and shows few notes", () => {
  const skipped = { "DL-RESUME": "there are no links", "DL-PEAK": "there are no links" } as const;
  const notes = Array.from({ length: 12 }, (_, at) => `note ${at}`);
  const result = { ...exampleResult(), scenario: "a/b", judged: { "DL-PEAK": 1 }, skipped, notes };
  const lines = asideLines([result]);
  assert.equal(lines[0], "\nskipped, as there are no links:\n  DL-RESUME (a/b)");
  assert.match(lines[1] ?? "", /^\nnoticed: note 0, .*note 9$/);
  assert.equal(lines.length, 2);
});

test("deviationLines() and verdictLines() end a run", () => {
  const run = { verdict: "conformant", scenarioRuns: 2, cases: 14, results: [] } as const;
  assert.deepEqual(deviationLines({ results: [], problems: ["p"], warnings: ["w"] }), [
    "\nknown deviations: p",
    "\nknown deviations: w",
  ]);
  const options = {
    worlds: ["memory", "disk"],
    runs: { memory: 10, disk: 2 },
    seed: 1,
    set: undefined,
  } as const;
  assert.equal(
    verdictLines(run, { options, profiles: ["core"], seconds: 4 }).at(-1),
    "conformant (profiles core): 2 scenario runs, 14 cases (10 in memory and 2 on disk each), 4 s, seed 1",
  );
});
