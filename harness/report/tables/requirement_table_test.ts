import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import type { ScenarioResult } from "../../scenario/scenario_result.ts";
import { requirementTable } from "./requirement_table.ts";

const PASSED: ScenarioResult = {
  scenario: "layout/set",
  world: "memory",
  status: "pass",
  covers: ["LAYOUT-SET"],
  judged: { "LAYOUT-SET": 40 },
  skipped: {},
  vacuity: [],
  breakage: undefined,
  seed: 9,
  cases: 40,
  durationMs: 10,
};
const BROKEN: ScenarioResult = {
  ...PASSED,
  scenario: "layout/path",
  world: "disk",
  status: "fail",
  covers: ["LAYOUT-PATH"],
  judged: { "LAYOUT-PATH": 3 },
  breakage: {
    requirement: "LAYOUT-PATH",
    detail: "it is elsewhere\nat line 2",
    counterexample: '{"name":"a"}',
    path: "2:0:1",
  },
};

test("requirementTable() has a line for each judged requirement, with its cases by world", () => {
  const also = { ...PASSED, world: "disk" as const, judged: { "LAYOUT-SET": 8 } };
  const table = requirementTable([PASSED, also, BROKEN], { worlds: ["memory", "disk"] });
  const lines = table.split("\n").map((line) => line.split(/ {2,}/));
  assert.deepEqual(lines.slice(0, 3), [
    ["requirement", "level", "standing", "memory", "disk", "scenarios"],
    ["LAYOUT-PATH", "MUST", "BROKEN", "0", "3", "layout/path"],
    ["LAYOUT-SET", "MUST", "held", "40", "8", "layout/set"],
  ]);
  const total = Object.keys(REQUIREMENTS).length;
  assert.equal(lines.at(-1)?.join(""), `not judged in this run: ${total - 2} of ${total}`);
});

test("requirementTable() never shows a requirement of a vacuous scenario as held", () => {
  const vacuous: ScenarioResult = { ...PASSED, status: "vacuous", vacuity: ["no retry happened"] };
  assert.match(requirementTable([vacuous], { worlds: ["memory"] }), /LAYOUT-SET +MUST +VACUOUS/);
});

test("requirementTable() lists the whole law when asked to", () => {
  const table = requirementTable([PASSED], { worlds: ["memory"], all: true });
  assert.equal(table.split("\n").length, Object.keys(REQUIREMENTS).length + 1);
});
