import type { RequirementId } from "../../spec/mod.ts";
import { type RequirementStanding, standingOf } from "../suite/run_suite.ts";
import type { SuiteVerdict } from "../suite/suite_verdict.ts";
import type { RecordRequirement, RecordResult, RunRecord } from "./record/run_record.ts";

/**
 * The verdict of a record, as reports state it: that of its closing line, if it has one that holds. A part of a run is
 * partial at the best, whatever the part came to, so that no badge says more than was judged.
 */
export function recordVerdict({ header, closing, problems }: RunRecord): SuiteVerdict {
  if (closing === undefined || problems.length > 0) return "incomplete";
  const isPart = header.only.length > 0 || header.shard !== undefined;
  return isPart && closing.verdict.startsWith("conformant") ? "partial" : closing.verdict;
}

/** How a requirement stands in a record. */
export interface RecordStanding {
  readonly requirement: RecordRequirement;
  readonly standing: RequirementStanding;
  /** The results of the scenarios that cover it. */
  readonly results: readonly RecordResult[];
}

/** How each requirement of a record's law stands, in the law's order. */
export function recordStandings({ requirements, results }: RunRecord): RecordStanding[] {
  return requirements.map((requirement) => {
    // A record of another version may define requirements that this one does not know.
    const id = requirement.id as RequirementId;
    const about = results.filter(({ covers }) => covers.includes(id));
    return { requirement, standing: standingOf(id, about), results: about };
  });
}
