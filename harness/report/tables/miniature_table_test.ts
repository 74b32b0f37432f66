import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequirementId } from "../../../spec/mod.ts";
import type { Miniature } from "../../miniatures/miniature.ts";
import type { MiniatureResult } from "../../suite/run_miniature.ts";
import { scenario } from "../../scenario/scenario.ts";
import { idleScenarios, miniatureSummary, miniatureTable } from "./miniature_table.ts";

const named = (name: string, covers: readonly RequirementId[]) =>
  scenario({ name, covers, given: {}, check: async () => {} });

const forgets: Miniature = {
  name: "forgets",
  mistake: "Forgets what it kept.",
  breaks: ["DL-RESUME"],
  wrap: (subject) => subject,
};

const SCENARIOS = [named("a/one", ["DL-RESUME"]), named("a/two", ["DL-RESUME", "DL-ATOMIC"])];

const CAUGHT: MiniatureResult = {
  miniature: "forgets",
  breaks: ["DL-RESUME"],
  red: [{ requirement: "DL-RESUME", scenario: "a/one", detail: "it began anew", path: "0" }],
  suiteErrors: [],
  judged: 1,
  all: 2,
  durationMs: 1,
};

test("miniatureTable() has a line for each scenario of a requirement, with the miniatures that it caught", () => {
  const table = miniatureTable({
    scenarios: SCENARIOS,
    miniatures: [forgets],
    results: [CAUGHT],
  }).split("\n");
  const at = table.findIndex((line) => line.startsWith("DL-RESUME "));
  assert.match(table[at] ?? "", /^DL-RESUME +MUST +a\/one +forgets$/);
  assert.match(table[at + 1] ?? "", /^ +a\/two +-$/);
  assert.match(table.find((line) => line.startsWith("DL-ATOMIC ")) ?? "", /a\/two +-$/);
  assert.match(table.find((line) => line.startsWith("VERIFY-ROT ")) ?? "", /- +-$/);
});

test("miniatureTable() says without results which scenarios could catch which miniature", () => {
  const table = miniatureTable({ scenarios: SCENARIOS, miniatures: [forgets] });
  assert.match(table, /a\/one +forgets\n +a\/two +forgets\n/);
});

test("miniatureSummary() counts the caught, and says what is wrong of the rest", () => {
  const tripped = {
    ...CAUGHT,
    miniature: "trips",
    red: [
      { requirement: "DL-ATOMIC" as const, scenario: "a/two", detail: "half a file", path: "0" },
    ],
    suiteErrors: ["a/one: no end"],
  };
  assert.deepEqual(miniatureSummary([CAUGHT, tripped], SCENARIOS), [
    "trips: not caught by DL-RESUME",
    "trips: tripped DL-ATOMIC in a/two: half a file",
    "trips: the suite failed in a/one: no end",
    "scenarios that fail no miniature: 0 of 2",
    "judgements: 2 of 4 pairs of a miniature and a scenario (50 %)",
    "miniatures caught / written: 1 / 2 (50 %)",
  ]);
});

test("idleScenarios() are those that failed no miniature", () => {
  assert.deepEqual(idleScenarios([CAUGHT], SCENARIOS), ["a/two"]);
});
