import type { RequirementId } from "../../spec/mod.ts";
import { SubjectFault } from "../errors.ts";
import type { ScenarioStatus } from "./scenario_result.ts";
import { asFailure, RequirementBroken } from "./verdict.ts";

/** A case that did not end in time. */
export class CaseTimeout extends Error {
  override readonly name = "CaseTimeout";
}

/** How a scenario ends that ends with an error. */
export function statusOfError(error: unknown): ScenarioStatus {
  if (error instanceof CaseTimeout) return "timeout";
  if (error instanceof SubjectFault) return error.kind;
  return requirementOf(error) === undefined ? "error" : "fail";
}

/**
 * The requirement that an error breaks; undefined when it is not the subject's fault.
 *
 * @param answerable requirements of the scenario that the subject answers for, the main one first
 */
export function requirementOf(
  error: unknown,
  answerable: readonly RequirementId[] = [],
): RequirementId | undefined {
  if (error instanceof RequirementBroken) return error.requirement;
  // A failure of the subject where the scenario expected none breaks what the scenario is mainly about.
  return asFailure(error) === undefined ? undefined : (answerable[0] ?? "LAYOUT-AGREE");
}
