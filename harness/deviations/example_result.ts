import type { RequirementId } from "../../spec/mod.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";

/** A result for tests: one scenario that passed in memory, but for what is given. */
export function exampleResult(changes: Partial<ScenarioResult> = {}): ScenarioResult {
  const covers = changes.covers ?? ["DL-INTEGRITY"];
  return {
    scenario: "download/wrong_bytes",
    world: "memory",
    status: "pass",
    covers,
    judged: Object.fromEntries(covers.map((id) => [id, 40])),
    skipped: {},
    vacuity: [],
    breakage: undefined,
    seed: 7,
    cases: 40,
    durationMs: 12,
    ...changes,
  };
}

/** The same of a scenario that broke a requirement. */
export function exampleFailure(
  requirement: RequirementId,
  detail: string,
  changes: Partial<ScenarioResult> = {},
): ScenarioResult {
  return exampleResult({
    status: "fail",
    covers: [requirement],
    breakage: { requirement, detail, counterexample: '{"files":1}', path: "3:0:1" },
    ...changes,
  });
}
