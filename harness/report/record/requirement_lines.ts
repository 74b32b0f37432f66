import { REQUIREMENTS } from "../../../spec/mod.ts";
import type { RequirementSet } from "../../../spec/sets/mod.ts";
import type { RecordRequirement } from "./run_record.ts";

/**
 * The lines of a record that define this suite's requirements.
 *
 * @param set the frozen set of the run: what is not in it is not scored. @default {everything is scored}
 */
export function requirementLines(set?: RequirementSet): RecordRequirement[] {
  return Object.entries(REQUIREMENTS).map(([id, requirement]) => ({
    type: "requirement",
    id,
    ...requirement,
    ...(set === undefined || Object.hasOwn(set.requirements, id) ? {} : { scored: false }),
  }));
}
