import {
  type Profile,
  type Requirement,
  REQUIREMENTS,
  type RequirementId,
} from "../../spec/mod.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { standingOf } from "./run_suite.ts";
import type { SubjectRole } from "../subjects/message.ts";
import { answersFor } from "../subjects/role_of.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";

/** What a whole run says. */
export type SuiteVerdict =
  | "conformant"
  | "conformant with deviations"
  | "conformant in part"
  | "deviations out of date"
  | "not conformant"
  | "partial"
  | "subject failed"
  | "harness failed"
  | "incomplete";

/**
 * The verdict of a run: a broken MUST is not conformant, a skipped one makes it partial, and what proves nothing is not a pass.
 * Where only listed deviations failed, it is conformant with deviations, as long as the list says what is so. A part of a
 * run in which all was well is conformant in part. A SHOULD or a MAY that does not hold is reported and decides nothing, and
 * so does everything about requirements by which it does not judge.
 *
 * @param options the profiles that the subject claims, and whether the run was filtered
 */
export function suiteVerdict(
  all: readonly ScenarioResult[],
  options: {
    readonly profiles: readonly Profile[];
    /** Whether only some scenarios were run: what they do not judge is not a gap then. */
    readonly isFiltered?: boolean;
    /** What is wrong with the list of known deviations, if there is one. */
    readonly deviationProblems?: number;
    /** The requirements to judge by. @default {those of this version} */
    readonly law?: Readonly<Record<string, Pick<Requirement, "level" | "profile">>>;
    /** What the subject answers for. @default {everything} */
    readonly roles?: readonly SubjectRole[] | undefined;
  },
): SuiteVerdict {
  const law = options.law ?? REQUIREMENTS;
  const results = all.filter(({ covers }) => covers.some((id) => Object.hasOwn(law, id)));
  const claimed = Object.entries(law).flatMap(([name, { level, profile }]) => {
    if (level !== "MUST" || !options.profiles.includes(profile)) return [];
    const id = name as RequirementId;
    if (!answersFor(options.roles, id)) return [];
    return [
      standingOf(
        id,
        results.filter(({ covers }) => covers.includes(id)),
      ),
    ];
  });
  if (claimed.includes("broken")) return "not conformant";
  if (results.some(({ status }) => status === "error" || status === "fidelity"))
    return "harness failed";
  if (results.some(({ status }) => status.startsWith("subject-"))) return "subject failed";
  if (
    results.length === 0 ||
    results.some(({ status }) => status === "vacuous" || status === "timeout")
  ) {
    return "incomplete";
  }
  const isContradicted = results.some(({ status }) => status === "unexpected-pass");
  if (isContradicted || (options.deviationProblems ?? 0) > 0) return "deviations out of date";
  const gaps = options.isFiltered ? ["skipped"] : ["skipped", "not judged"];
  if (claimed.some((standing) => gaps.includes(standing))) return "partial";
  if (options.isFiltered === true) return "conformant in part";
  return claimed.includes("deviates") ? "conformant with deviations" : "conformant";
}

const FROM_BEST_TO_WORST: readonly SuiteVerdict[] = [
  "conformant",
  "conformant with deviations",
  "conformant in part",
  "partial",
  "deviations out of date",
  "not conformant",
  "subject failed",
  "harness failed",
  "incomplete",
];

/** The worst of several verdicts; none at all is incomplete, as nothing was shown. */
export function worstVerdict(verdicts: readonly SuiteVerdict[]): SuiteVerdict {
  return FROM_BEST_TO_WORST.findLast((one) => verdicts.includes(one)) ?? "incomplete";
}

/** The exit code of a verdict; 0 is for a subject that keeps every tested promise, but for those that it says it does not keep. */
export function exitCodeOf(verdict: SuiteVerdict): number {
  switch (verdict) {
    case "conformant":
    case "conformant with deviations":
    case "conformant in part":
      return EXIT_CODES.conformant;
    case "not conformant":
    case "deviations out of date":
      return EXIT_CODES["not conformant"];
    case "subject failed":
      return EXIT_CODES["subject failed to start"];
    case "harness failed":
      return EXIT_CODES["harness failed"];
    case "partial":
    case "incomplete":
      return EXIT_CODES.incomplete;
  }
}
