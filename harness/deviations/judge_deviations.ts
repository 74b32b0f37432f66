import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { Deviation } from "./deviation.ts";
import { type DeviationProblem, type MatchedResult, matchDeviations } from "./match_deviations.ts";
import { satisfiesVersion } from "./satisfies_version.ts";

/** A pattern that covers more failures than this hides unknown ones. */
const FAILURES_MAX = 20;
const DAY_MS = 86_400_000;
const WARN_DAYS = 30;

/** What is known of the run whose results are judged. */
export interface JudgeDeviationsOptions {
  /** As Node names it. */
  readonly os: string;
  /** The subject's version. */
  readonly version: string;
  /** The day of the run, as `2027-01-31` or with a time behind it. */
  readonly date: string;
  /** Whether only some scenarios were run: an entry about others is not unmatched then. @default {false} */
  readonly isPartial?: boolean;
}

/** What is wrong with a list, by the results of a run. */
export interface DeviationFindings {
  readonly problems: readonly DeviationProblem[];
  /** What will be a problem soon. */
  readonly warnings: readonly string[];
}

/** The results with listed failures marked, and what is wrong with the list. */
export interface JudgedResults extends DeviationFindings {
  readonly results: readonly ScenarioResult[];
}

/**
 * Judges results by the list of known deviations: a listed failure that fails as listed is expected, and every entry must
 * be true. What was skipped, failed to run or proved nothing satisfies no entry. An entry that holds sometimes need not
 * show, but what fails must fail as listed. Judging twice changes nothing.
 */
export function judgeDeviations(
  results: readonly ScenarioResult[],
  deviations: readonly Deviation[],
  options: JudgeDeviationsOptions,
): JudgedResults {
  const inForce = deviations.filter((deviation) => isInForce(deviation, options));
  const matched = results.map((result) => matchDeviations(result, inForce));
  return {
    results: matched.map(({ result }) => result),
    ...checkDeviations(matched, inForce, options),
  };
}

/**
 * Checks the entries of a list that are in force against all results of a run.
 *
 * @param matched every result, matched with these entries
 */
export function checkDeviations(
  matched: readonly MatchedResult[],
  deviations: readonly Deviation[],
  options: JudgeDeviationsOptions,
): DeviationFindings {
  return {
    problems: deviations.flatMap((deviation) => entryProblems(deviation, { matched, options })),
    warnings: deviations.flatMap((deviation) => expiryWarning(deviation, options)),
  };
}

/** Whether an entry is about the system and the version of a run. */
export function isInForce(
  { when }: Deviation,
  options: Pick<JudgeDeviationsOptions, "os" | "version">,
): boolean {
  if (when === undefined) return true;
  if (when.os !== undefined && !when.os.includes(options.os)) return false;
  return when.version === undefined || satisfiesVersion(options.version, when.version);
}

function entryProblems(
  deviation: Deviation,
  run: { readonly matched: readonly MatchedResult[]; readonly options: JudgeDeviationsOptions },
): DeviationProblem[] {
  const { matched, options } = run;
  const isThis = (other: Deviation) => other === deviation;
  const covered = matched.filter((one) => one.covered.some(isThis)).length;
  const failed = matched.flatMap((one) => one.failed.filter(isThis)).length;
  const problems = matched.flatMap((one) =>
    one.problems.filter((problem) => isThis(problem.deviation)),
  );
  const name = `${deviation.requirement} in ${deviation.scenario}`;
  // What was not run need not show, nor does what shows only sometimes; a name that nothing has is wrong all the same.
  const needNotShow = covered === 0 ? options.isPartial === true : deviation.sometimes === true;
  if (failed === 0 && problems.length === 0 && !needNotShow) {
    const why =
      covered === 0
        ? "no scenario of that name judges it"
        : `none of ${covered} results failed so: they were skipped, did not finish, or broke something else`;
    problems.push({ kind: "unmatched", deviation, detail: `${name} matches nothing: ${why}` });
  }
  if (failed > FAILURES_MAX) {
    const detail = `${name} takes in ${failed} failures, more than ${FAILURES_MAX}: name them one by one`;
    problems.push({ kind: "too-many-failures", deviation, detail });
  }
  if (deviation.expires <= options.date.slice(0, 10)) {
    const detail = `${name} expired on ${deviation.expires}: see ${deviation.issue} and renew or remove it`;
    problems.push({ kind: "expired", deviation, detail });
  }
  return problems;
}

function expiryWarning(deviation: Deviation, options: JudgeDeviationsOptions): string[] {
  const { requirement, scenario, expires } = deviation;
  const days = (Date.parse(expires) - Date.parse(options.date.slice(0, 10))) / DAY_MS;
  return days > 0 && days <= WARN_DAYS
    ? [`${requirement} in ${scenario} expires in ${days} days, on ${expires}`]
    : [];
}
