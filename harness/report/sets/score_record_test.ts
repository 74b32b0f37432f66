import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS, type RequirementId } from "../../../spec/mod.ts";
import { exampleFailure, exampleResult } from "../../deviations/example_result.ts";
import type { ScenarioResult } from "../../scenario/scenario_result.ts";
import { exampleRecordText, type ExampleRecordOptions } from "../example_record.ts";
import { parseRecord } from "../record/parse_record.ts";
import { freezeSet } from "./freeze_set.ts";
import { gradeBadge, scoreLines } from "./score_lines.ts";
import { scoreRecord } from "./score_record.ts";

const IDS = ["DL-INTEGRITY", "DL-RESUME", "OFF-COMPLETE", "DUR-SUCCESS"] as const;
const LAW = Object.fromEntries(IDS.map((id) => [id, REQUIREMENTS[id as RequirementId]]));
const SET = freezeSet({ name: "2099-01", frozen: "2099-01-05", suite: "9.0.0" }, LAW);

/** A result of a scenario of its own. */
function held(id: RequirementId): ScenarioResult {
  return exampleResult({ scenario: `of/${id}`, covers: [id], judged: { [id]: 2 } });
}

function scoreOf(results: readonly ScenarioResult[], options: ExampleRecordOptions = {}) {
  const text = exampleRecordText({ ...options, results });
  return scoreRecord(parseRecord(text, "r.jsonl"), SET);
}

const [INTEGRITY, RESUME, OFFLINE, DURABLE] = IDS.map((id) => held(id as RequirementId));
assert.ok(INTEGRITY !== undefined && RESUME !== undefined);
assert.ok(OFFLINE !== undefined && DURABLE !== undefined);
const ALL = [INTEGRITY, RESUME, OFFLINE, DURABLE];

test("scoreRecord() gives the highest grade of which everything is held", () => {
  assert.equal(scoreOf(ALL).grade, "gold");
  const broken = (id: RequirementId) => exampleFailure(id, "x", { scenario: `of/${id}` });
  assert.equal(scoreOf([INTEGRITY, RESUME, broken("OFF-COMPLETE"), DURABLE]).grade, "silver");
  assert.equal(scoreOf([INTEGRITY, broken("DL-RESUME"), OFFLINE, DURABLE]).grade, "bronze");
  const none = scoreOf([broken("DL-INTEGRITY"), RESUME, OFFLINE, DURABLE]);
  assert.equal(none.grade, undefined);
  assert.deepEqual(none.grades.gold.broken, ["DL-INTEGRITY"]);
});

test("scoreRecord() holds nothing that was skipped, not shown or listed as known", () => {
  const id = "DL-RESUME" as const;
  const others = [INTEGRITY, OFFLINE, DURABLE];
  const of = (result: Partial<ScenarioResult>) =>
    scoreOf([...others, { ...held(id), ...result }]).grades.silver;
  assert.deepEqual(of({ status: "skip", judged: {}, skipped: { [id]: "no" } }).skipped, [id]);
  assert.deepEqual(of({ status: "vacuous", vacuity: ["nothing fired"] }).notShown, [id]);
  // A scenario ran, and no case came to it.
  assert.deepEqual(of({ judged: {} }).notShown, [id]);
  const listed = exampleFailure(id, "x", { status: "expected-fail" });
  assert.deepEqual(scoreOf([...others, listed]).grades.silver.broken, [id]);
});

test("scoreRecord() leaves out what no scenario of a whole run judges, and grades no part of a run", () => {
  const without = scoreOf([INTEGRITY, RESUME, OFFLINE]);
  assert.deepEqual(without.leftOut, ["DUR-SUCCESS"]);
  assert.equal(without.grade, "gold");
  const part = scoreOf(ALL, { header: { only: ["DL-RESUME"] } });
  assert.deepEqual([part.grade, part.leftOut], [undefined, []]);
  assert.match(part.ungraded ?? "", /only DL-RESUME was run/);
  assert.match(scoreOf(ALL, { verdict: undefined }).ungraded ?? "", /incomplete/);
  assert.match(scoreOf(ALL, { header: { shard: { index: 1, count: 2 } } }).ungraded ?? "", /shard/);
});

test("scoreRecord() asks a subject for what its roles answer for, and names what came later", () => {
  const loader = scoreOf(ALL, { header: { roles: ["loader"] } });
  assert.deepEqual(loader.grades.gold.held, []);
  assert.equal(loader.grade, undefined);
  assert.ok(loader.notScored.includes("LAYOUT-PATH"));
  assert.deepEqual(scoreOf(ALL, { header: { profiles: ["core"] } }).claimed.held, [
    "DL-INTEGRITY",
    "DL-RESUME",
  ]);
});

test("scoreLines() and gradeBadge() name the set beside the grade", () => {
  const score = scoreOf([INTEGRITY, exampleFailure("DL-RESUME", "x"), OFFLINE, DURABLE]);
  const [first, silver, gold] = scoreLines(score);
  assert.equal(first, "grade by set 2099-01: bronze");
  assert.equal(silver, "  silver: 1 of 2 held (1 broken)");
  assert.equal(gold, "  gold: 3 of 4 held (1 broken)");
  assert.deepEqual(JSON.parse(gradeBadge(score, "mlx")), {
    schemaVersion: 1,
    label: "mlx",
    message: "bronze (2099-01)",
    color: "cd7f32",
  });
  const none = gradeBadge(scoreOf([exampleFailure("DL-INTEGRITY", "x")]), "mlx");
  assert.match(none, /"none \(2099-01\): bronze 0 held, 1 broken"/);
});
