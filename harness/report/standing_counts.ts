import type { Profile, Requirement, RequirementId } from "../../spec/mod.ts";
import type { SubjectRole } from "../subjects/message.ts";
import { answersFor } from "../subjects/role_of.ts";
import type { RequirementStanding } from "../suite/run_suite.ts";
import { type ShownStanding, shownStanding } from "./shown_standing.ts";

/** A requirement and how it stands. */
export interface CountedStanding {
  readonly requirement: Pick<Requirement, "level" | "profile"> & {
    readonly id: string;
    readonly scored?: false;
  };
  readonly standing: RequirementStanding;
}

/** What is shown, from the best to the worst. */
const ORDER: readonly ShownStanding[] = [
  "held",
  "not held",
  "broken",
  "deviates",
  "vacuous",
  "skipped",
  "not judged",
  "not scored",
];

/**
 * Counts how the requirements stand that a subject claims and answers for, in one line: first those that decide the
 * verdict, then those that never do. A run and a report on its record both end with it.
 */
export function standingCounts(
  standings: readonly CountedStanding[],
  claims: {
    readonly profiles: readonly Profile[];
    readonly roles?: readonly SubjectRole[] | undefined;
  },
): string {
  const own = standings.filter(
    ({ requirement: { id, profile } }) =>
      claims.profiles.includes(profile) && answersFor(claims.roles, id as RequirementId),
  );
  const isMust = ({ requirement }: CountedStanding) => requirement.level === "MUST";
  const [musts, others] = [own.filter(isMust), own.filter((one) => !isMust(one))];
  return `MUST: ${counts(musts)}; SHOULD and MAY, which do not change the verdict: ${counts(others)}`;
}

function counts(standings: readonly CountedStanding[]): string {
  const shown = standings.map(({ requirement, standing }) => shownStanding(requirement, standing));
  const parts = ORDER.map((word) => ({ word, count: shown.filter((one) => one === word).length }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`);
  return parts.length === 0 ? "none" : parts.join(", ");
}
