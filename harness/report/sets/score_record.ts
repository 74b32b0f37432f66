import type { RequirementId } from "../../../spec/mod.ts";
import {
  type FrozenRequirement,
  type Grade,
  GRADES,
  type RequirementSet,
  WITHDRAWN_REQUIREMENTS,
} from "../../../spec/sets/mod.ts";
import { answersFor } from "../../subjects/role_of.ts";
import { type RecordStanding, recordStandings } from "../record_verdict.ts";
import type { RecordClosing, RecordHeader, RunRecord } from "../record/run_record.ts";

/** How the requirements stand that something asks for, by id. */
export interface Tally {
  readonly held: readonly string[];
  readonly broken: readonly string[];
  /** No case got far enough to show it. */
  readonly notShown: readonly string[];
  /** The subject does not claim what it is about, or it cannot be tested there. */
  readonly skipped: readonly string[];
}

/** What a score needs of a record, or of a run that has none. */
export interface ScoredRun extends Pick<RunRecord, "requirements" | "results" | "problems"> {
  readonly header: Pick<RecordHeader, "profiles" | "roles" | "only" | "shard">;
  /** Undefined where the run did not finish. */
  readonly closing: Pick<RecordClosing, "stopped"> | undefined;
}

/** What a record comes to by a frozen set. */
export interface RecordScore {
  readonly set: string;
  /** The highest grade of which every requirement is held; undefined where there is none. */
  readonly grade: Grade | undefined;
  /** Why the record can have no grade, whatever was held; undefined where it can. */
  readonly ungraded: string | undefined;
  /** Every MUST that each grade asks for, those of lower grades among them. */
  readonly grades: Readonly<Record<Grade, Tally>>;
  /** Every MUST of the set in the profiles that the subject claims. */
  readonly claimed: Tally;
  /** The MUSTs that no scenario judges in the worlds of the run: no grade asks for them there. */
  readonly leftOut: readonly string[];
  /** What the record has and the set has not: it came later. */
  readonly notScored: readonly string[];
}

/**
 * Scores a record by a frozen set. A grade asks for every MUST of its own and of the lower grades for which the subject's
 * roles answer. What was not shown or was skipped is not held. What no scenario can judge in the worlds of the run, such as
 * an hour in which a program stands still, is left out and named.
 */
export function scoreRecord(record: ScoredRun, set: RequirementSet): RecordScore {
  const { header, requirements } = record;
  const standings = new Map(recordStandings(record).map((one) => [one.requirement.id, one]));
  const musts = Object.entries(set.requirements).filter(
    ([id, { level }]) =>
      level === "MUST" &&
      WITHDRAWN_REQUIREMENTS[id] === undefined &&
      answersFor(header.roles, id as RequirementId),
  );
  // Of a part of a run nothing is left out: what it does not judge, another part may.
  const ungraded = ungradedReason(record);
  const leftOut = musts
    .map(([id]) => id)
    .filter((id) => ungraded === undefined && standings.get(id)?.results.length === 0);
  const asked = musts.filter(([id]) => !leftOut.includes(id));
  const tallyOf = (isAsked: (one: FrozenRequirement) => boolean) =>
    tally(
      asked.filter(([, one]) => isAsked(one)).map(([id]) => id),
      standings,
    );
  const upTo = (grade: Grade) =>
    tallyOf((one) => one.grade !== undefined && GRADES.indexOf(one.grade) <= GRADES.indexOf(grade));
  const grades = { bronze: upTo("bronze"), silver: upTo("silver"), gold: upTo("gold") };
  return {
    set: set.name,
    grade: ungraded === undefined ? GRADES.findLast((grade) => isHeld(grades[grade])) : undefined,
    ungraded,
    grades,
    claimed: tallyOf(({ profile }) => header.profiles.includes(profile)),
    leftOut,
    notScored: requirements.map(({ id }) => id).filter((id) => set.requirements[id] === undefined),
  };
}

function ungradedReason({ header, problems, closing }: ScoredRun): string | undefined {
  if (problems.length > 0 || closing === undefined) return "the record is incomplete";
  if (header.only.length > 0) return `only ${header.only.join(", ")} was run`;
  if (header.shard !== undefined) return "it is one shard of a run";
  return closing.stopped === undefined ? undefined : "the run stopped at the first broken MUST";
}

function isHeld({ held, broken, notShown, skipped }: Tally): boolean {
  return held.length > 0 && broken.length + notShown.length + skipped.length === 0;
}

function tally(ids: readonly string[], standings: ReadonlyMap<string, RecordStanding>): Tally {
  const of = (...wanted: (RecordStanding["standing"] | undefined)[]) =>
    ids.filter((id) => wanted.includes(standings.get(id)?.standing));
  return {
    held: of("held"),
    broken: of("broken", "deviates"),
    // A requirement that the record does not know is one that it does not show.
    notShown: of("vacuous", "not judged", undefined),
    skipped: of("skipped"),
  };
}
