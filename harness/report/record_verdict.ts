import type { RequirementId } from "../../spec/mod.ts";
import { type RequirementStanding, standingOf } from "../suite/run_suite.ts";
import type { SuiteVerdict } from "../suite/suite_verdict.ts";
import type { RecordRequirement, RecordResult, RunRecord } from "./record/run_record.ts";

/**
 * The verdict of a record, as the run and every report state it: that of its closing line, if that line is valid. A part
 * of a run is conformant in part at best, so that no badge says more than was tested.
 */
export function recordVerdict({ header, closing, problems }: RunRecord): SuiteVerdict {
  if (closing === undefined || problems.length > 0) return "incomplete";
  const isPart = header.only.length > 0 || header.shard !== undefined;
  return isPart && closing.verdict.startsWith("conformant")
    ? "conformant in part"
    : closing.verdict;
}

/** The standing of a requirement in a record. */
export interface RecordStanding {
  readonly requirement: RecordRequirement;
  readonly standing: RequirementStanding;
  /** The results of the scenarios that cover it. */
  readonly results: readonly RecordResult[];
}

/** The standing of each requirement of a record, in the record's order. */
export function recordStandings({
  requirements,
  results,
}: Pick<RunRecord, "requirements" | "results">): RecordStanding[] {
  return requirements.map((requirement) => {
    // A record of another version may define requirements that this one does not know.
    const id = requirement.id as RequirementId;
    const about = results.filter(({ covers }) => covers.includes(id));
    return { requirement, standing: standingOf(id, about), results: about };
  });
}
