import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS, type RequirementId } from "../../spec/mod.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import canary from "../subjects/adapters/canary.json" with { type: "json" };
import { keptByCanary } from "./canary.ts";

function resultOf(id: RequirementId, isBroken: boolean): ScenarioResult {
  const breakage = { requirement: id, detail: "", counterexample: "", path: "" };
  return {
    scenario: `about/${id}`,
    world: "process",
    status: isBroken ? "fail" : "pass",
    covers: [id],
    judged: { [id]: 1 },
    skipped: {},
    vacuity: [],
    breakage: isBroken ? breakage : undefined,
    seed: 1,
    cases: 1,
    durationMs: 0,
  };
}

test("the canary is to break requirements that there are", () => {
  assert.ok(canary.breaks.length > 0);
  for (const id of canary.breaks) assert.ok(id in REQUIREMENTS, id);
});

test("keptByCanary() names what a broken harness lets pass, and nothing that was not judged", () => {
  assert.deepEqual(keptByCanary([]), []);
  assert.deepEqual(keptByCanary([resultOf("DL-INTEGRITY", true)]), []);
  assert.deepEqual(keptByCanary([resultOf("DL-INTEGRITY", false)]), ["DL-INTEGRITY"]);
  assert.deepEqual(keptByCanary([resultOf("DL-PEAK", false)]), []);
});
