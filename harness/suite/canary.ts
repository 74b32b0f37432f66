import type { RequirementId } from "../../spec/mod.ts";
import { requirementVerdicts } from "./run_suite.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import canary from "../subjects/adapters/canary.json" with { type: "json" };

/** The subject that is bad on purpose. */
export const CANARY_NAME = canary.subject;

/**
 * What the canary keeps although it is written down that it breaks it: a run that says so is a run of a broken harness.
 *
 * @param results of a run of the canary; what the run did not judge is left out
 */
export function keptByCanary(results: readonly ScenarioResult[]): RequirementId[] {
  return requirementVerdicts(results)
    .filter(({ id, scenarios, standing }) => {
      const isExpected = (canary.breaks as readonly string[]).includes(id);
      const isBroken = standing === "broken" || standing === "deviates";
      return isExpected && scenarios.length > 0 && !isBroken;
    })
    .map(({ id }) => id);
}
