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
  | "deviations out of date"
  | "not conformant"
  | "partial"
  | "subject failed"
  | "harness failed"
  | "incomplete";

/**
 * The verdict of a run: a broken MUST is not conformant, a skipped one makes it partial, and what proves nothing is no pass.
 * Where only listed deviations failed, it is conformant with deviations, as long as the list says what is so.
 *
 * @param options the profiles that the subject claims, and whether the run was filtered
 */
export function suiteVerdict(
  results: readonly ScenarioResult[],
  options: {
    readonly profiles: readonly Profile[];
    /** Whether only some scenarios were run: what they do not judge is no gap then. */
    readonly isFiltered?: boolean;
    /** What is wrong with the list of known deviations, if there is one. */
    readonly deviationProblems?: number;
    /** The law to judge by. @default {the law of this version} */
    readonly law?: Readonly<Record<string, Pick<Requirement, "level" | "profile">>>;
    /** What the subject answers for. @default {everything} */
    readonly roles?: readonly SubjectRole[] | undefined;
  },
): SuiteVerdict {
  const law = Object.entries(options.law ?? REQUIREMENTS);
  const claimed = law.flatMap(([name, { level, profile }]) => {
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
  return claimed.includes("deviates") ? "conformant with deviations" : "conformant";
}

/** The exit code of a verdict; 0 is for a subject that keeps every promise, but for those that it says it does not keep. */
export function exitCodeOf(verdict: SuiteVerdict): number {
  switch (verdict) {
    case "conformant":
    case "conformant with deviations":
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
