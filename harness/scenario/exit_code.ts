import { REQUIREMENTS, type Profile } from "../../spec/mod.ts";
import { requirementVerdicts } from "./run_suite.ts";
import type { ScenarioResult } from "./scenario_result.ts";

/** Exit codes of `mlx-conform`. */
export const EXIT_CODES = {
  conformant: 0,
  "not conformant": 1,
  usage: 2,
  "subject failed to start": 3,
  "harness failed": 4,
  incomplete: 5,
} as const;

/** What a whole run says. */
export type SuiteVerdict =
  | "conformant"
  | "not conformant"
  | "partial"
  | "harness failed"
  | "incomplete";

/**
 * The verdict of a run: a broken MUST is not conformant, a skipped one makes it partial, and what proves nothing is no pass.
 *
 * @param options the profiles that the subject claims, and whether the run was filtered
 */
export function suiteVerdict(
  results: readonly ScenarioResult[],
  options: {
    readonly profiles: readonly Profile[];
    /** Whether only some scenarios were run: what they do not judge is no gap then. */
    readonly isFiltered?: boolean;
  },
): SuiteVerdict {
  const claimed = requirementVerdicts(results).filter(({ id }) => {
    const { level, profile } = REQUIREMENTS[id];
    return level === "MUST" && options.profiles.includes(profile);
  });
  if (claimed.some(({ standing }) => standing === "broken")) return "not conformant";
  if (results.some(({ status }) => status === "error" || status === "fidelity"))
    return "harness failed";
  if (
    results.length === 0 ||
    results.some(({ status }) => status === "vacuous" || status === "timeout")
  ) {
    return "incomplete";
  }
  const gaps = options.isFiltered ? ["skipped"] : ["skipped", "not judged"];
  return claimed.some(({ standing }) => gaps.includes(standing)) ? "partial" : "conformant";
}

/** The exit code of a verdict; 0 is for a conformant subject alone. */
export function exitCodeOf(verdict: SuiteVerdict): number {
  switch (verdict) {
    case "conformant":
      return EXIT_CODES.conformant;
    case "not conformant":
      return EXIT_CODES["not conformant"];
    case "harness failed":
      return EXIT_CODES["harness failed"];
    case "partial":
    case "incomplete":
      return EXIT_CODES.incomplete;
  }
}
