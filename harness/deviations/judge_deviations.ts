import type {
  BrokenPromise,
  ListedDeviation,
  ScenarioResult,
} from "../scenario/scenario_result.ts";
import type { Deviation } from "./deviation.ts";
import { breakageSignature } from "./breakage_signature.ts";
import { matchesScenario } from "./matches_scenario.ts";
import { satisfiesVersion } from "./satisfies_version.ts";

/** A pattern that takes in more failures than this hides what it does not know. */
const FAILURES_MAX = 20;
const DAY_MS = 86_400_000;
const WARN_DAYS = 30;

/** Why a list of deviations does not say what is so. */
export interface DeviationProblem {
  readonly kind:
    | "unexpected-pass"
    | "changed-signature"
    | "unmatched"
    | "expired"
    | "too-many-failures";
  readonly deviation: Deviation;
  /** In one line, for people. */
  readonly detail: string;
}

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

/** The results with listed failures told apart, and what is wrong with the list. */
export interface JudgedResults {
  readonly results: readonly ScenarioResult[];
  readonly problems: readonly DeviationProblem[];
  /** What will be a problem soon. */
  readonly warnings: readonly string[];
}

/** An entry, and what a run made of it. */
interface Entry {
  readonly deviation: Deviation;
  covered: number;
  failed: number;
  readonly problems: DeviationProblem[];
}

/**
 * Judges results by the list of known deviations: a listed failure that fails as listed is expected, and every entry has
 * to be true. What was skipped, failed to run or proved nothing satisfies no entry. An entry that holds sometimes need not
 * show, but what fails has to fail as listed. Judging twice changes nothing.
 */
export function judgeDeviations(
  results: readonly ScenarioResult[],
  deviations: readonly Deviation[],
  options: JudgeDeviationsOptions,
): JudgedResults {
  const entries = deviations
    .filter((deviation) => isInForce(deviation, options))
    .map((deviation): Entry => ({ deviation, covered: 0, failed: 0, problems: [] }));
  const judged = results.map((result) => judgeResult(withoutDeviation(result), entries));
  for (const entry of entries) judgeEntry(entry, options);
  return {
    results: judged,
    problems: entries.flatMap(({ problems }) => problems),
    warnings: entries.flatMap(({ deviation }) => expiryWarning(deviation, options)),
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

/** Whether an entry is about the scenario and the world of a result. */
export function isAbout(
  { requirement, scenario, when }: Deviation,
  result: Pick<ScenarioResult, "scenario" | "world" | "covers">,
): boolean {
  return (
    result.covers.includes(requirement) &&
    matchesScenario(result.scenario, scenario) &&
    (when?.world?.includes(result.world) ?? true)
  );
}

/** A result as it was before a list of deviations was laid beside it. */
export function withoutDeviation(result: ScenarioResult): ScenarioResult {
  const { deviation: _deviation, status, ...plain } = result;
  const rest = {
    ...plain,
    breakage: plain.breakage && unlisted(plain.breakage),
    ...(plain.further === undefined ? {} : { further: plain.further.map(unlisted) }),
  };
  if (status === "expected-fail") return { ...rest, status: "fail" };
  return { ...rest, status: status === "unexpected-pass" ? "pass" : status };
}

function unlisted({ isKnown: _isKnown, ...promise }: BrokenPromise): BrokenPromise {
  return promise;
}

function judgeResult(result: ScenarioResult, entries: readonly Entry[]): ScenarioResult {
  const { scenario, world, status, breakage } = result;
  const about = entries.filter(({ deviation }) => isAbout(deviation, result));
  for (const entry of about) entry.covered++;
  if (status === "pass") return judgePass(result, about);
  if (status !== "fail" || breakage === undefined) return result;
  const broken = [breakage, ...(result.further ?? [])].map((promise) =>
    judgePromise(promise, { about, where: `${scenario} in ${world}` }),
  );
  const [first, ...further] = broken.map(({ promise }) => promise);
  const known = broken.find(({ deviation }) => deviation !== undefined)?.deviation;
  return {
    ...result,
    breakage: first,
    ...(further.length === 0 ? {} : { further }),
    // One promise that is not listed makes the whole a failure.
    status: broken.every(({ deviation }) => deviation !== undefined) ? "expected-fail" : "fail",
    ...(known === undefined ? {} : { deviation: noteOf(known) }),
  };
}

/** A broken promise, and the entry that lists it. */
function judgePromise(
  promise: BrokenPromise,
  { about, where }: { readonly about: readonly Entry[]; readonly where: string },
): { readonly promise: BrokenPromise; readonly deviation?: Deviation } {
  const same = about.filter(({ deviation }) => deviation.requirement === promise.requirement);
  const signature = breakageSignature(promise);
  const listed = same.find(({ deviation }) => signature.startsWith(deviation.signature));
  if (listed !== undefined) {
    listed.failed++;
    return { promise: { ...promise, isKnown: true }, deviation: listed.deviation };
  }
  const [first] = same;
  first?.problems.push({
    kind: "changed-signature",
    deviation: first.deviation,
    detail: `${where} fails otherwise than listed: "${signature}" does not begin with "${first.deviation.signature}"`,
  });
  return { promise };
}

function judgePass(result: ScenarioResult, about: readonly Entry[]): ScenarioResult {
  const { scenario, world } = result;
  const always = about.filter(({ deviation }) => deviation.sometimes !== true);
  for (const { deviation, problems } of always) {
    const detail = `${scenario} in ${world} passes, and is listed as breaking ${deviation.requirement}: remove the entry, or narrow it`;
    problems.push({ kind: "unexpected-pass", deviation, detail });
  }
  const [first = about[0]] = always;
  if (first === undefined) return result;
  const status = always.length === 0 ? "pass" : "unexpected-pass";
  return { ...result, status, deviation: noteOf(first.deviation) };
}

function noteOf({ issue, reason, sometimes }: Deviation): ListedDeviation {
  return {
    issue,
    ...(reason === undefined ? {} : { reason }),
    ...(sometimes === undefined ? {} : { sometimes }),
  };
}

function judgeEntry(entry: Entry, options: JudgeDeviationsOptions): void {
  const { deviation, covered, failed, problems } = entry;
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
}

function expiryWarning(deviation: Deviation, options: JudgeDeviationsOptions): string[] {
  const { requirement, scenario, expires } = deviation;
  const days = (Date.parse(expires) - Date.parse(options.date.slice(0, 10))) / DAY_MS;
  return days > 0 && days <= WARN_DAYS
    ? [`${requirement} in ${scenario} expires in ${days} days, on ${expires}`]
    : [];
}
