import type {
  BrokenPromise,
  ListedDeviation,
  ScenarioResult,
} from "../scenario/scenario_result.ts";
import { breakageSignature } from "./breakage_signature.ts";
import type { Deviation } from "./deviation.ts";
import { matchesScenario } from "./matches_scenario.ts";

/** Why a list of deviations is wrong. */
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

/** A result with its listed failures marked, and what it says of the entries. */
export interface MatchedResult {
  readonly result: ScenarioResult;
  /** Entries about this scenario and this world. */
  readonly covered: readonly Deviation[];
  /** The entry of each broken promise that is listed; an entry stands here once for each of them. */
  readonly failed: readonly Deviation[];
  readonly problems: readonly DeviationProblem[];
}

/**
 * Matches one result with the entries of a list that are in force: a listed failure becomes expected, and a pass against an
 * entry unexpected. Matching twice changes nothing.
 */
export function matchDeviations(
  given: ScenarioResult,
  deviations: readonly Deviation[],
): MatchedResult {
  const result = withoutDeviation(given);
  const covered = deviations.filter((deviation) => isAbout(deviation, result));
  if (result.status === "pass") return matchPass(result, covered);
  if (result.status !== "fail" || result.breakage === undefined)
    return { result, covered, failed: [], problems: [] };
  const { scenario, world, breakage } = result;
  const broken = [breakage, ...(result.further ?? [])].map((promise) =>
    matchPromise(promise, { covered, where: `${scenario} in ${world}` }),
  );
  const [first, ...further] = broken.map(({ promise }) => promise);
  const failed = broken.flatMap(({ deviation }) => deviation ?? []);
  return {
    result: {
      ...result,
      breakage: first,
      ...(further.length === 0 ? {} : { further }),
      // One promise that is not listed makes the whole a failure.
      status: failed.length === broken.length ? "expected-fail" : "fail",
      ...(failed[0] === undefined ? {} : { deviation: noteOf(failed[0]) }),
    },
    covered,
    failed,
    problems: broken.flatMap(({ problem }) => problem ?? []),
  };
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

/** A result as it was before it was matched with a list. */
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

/** A broken promise with the entry that lists it, or with the entry that lists another failure of it. */
function matchPromise(
  promise: BrokenPromise,
  { covered, where }: { readonly covered: readonly Deviation[]; readonly where: string },
): {
  readonly promise: BrokenPromise;
  readonly deviation?: Deviation;
  readonly problem?: DeviationProblem;
} {
  const same = covered.filter(({ requirement }) => requirement === promise.requirement);
  const signature = breakageSignature(promise);
  const listed = same.find((deviation) => signature.startsWith(deviation.signature));
  if (listed !== undefined) return { promise: { ...promise, isKnown: true }, deviation: listed };
  const [first] = same;
  if (first === undefined) return { promise };
  const detail = `${where} fails otherwise than listed: "${signature}" does not begin with "${first.signature}"`;
  return { promise, problem: { kind: "changed-signature", deviation: first, detail } };
}

function matchPass(result: ScenarioResult, covered: readonly Deviation[]): MatchedResult {
  const { scenario, world } = result;
  const always = covered.filter(({ sometimes }) => sometimes !== true);
  const problems = always.map((deviation): DeviationProblem => ({
    kind: "unexpected-pass",
    deviation,
    detail: `${scenario} in ${world} passes, and is listed as breaking ${deviation.requirement}: remove the entry, or narrow it`,
  }));
  const [first = covered[0]] = always;
  if (first === undefined) return { result, covered, failed: [], problems };
  const status = always.length === 0 ? "pass" : "unexpected-pass";
  return {
    result: { ...result, status, deviation: noteOf(first) },
    covered,
    failed: [],
    problems,
  };
}

function noteOf({ issue, reason, sometimes }: Deviation): ListedDeviation {
  return {
    issue,
    ...(reason === undefined ? {} : { reason }),
    ...(sometimes === undefined ? {} : { sometimes }),
  };
}
