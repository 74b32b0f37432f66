import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { Deviation } from "./deviation.ts";
import { breakageSignature } from "./breakage_signature.ts";
import { entriesForFailure, isShown, type UnlistedFailure } from "./entries_for_failure.ts";
import { isInForce, judgeDeviations, type JudgeDeviationsOptions } from "./judge_deviations.ts";
import { type DeviationProblem, isAbout, withoutDeviation } from "./match_deviations.ts";
import { matchesScenario } from "./matches_scenario.ts";

/** How long a new entry holds. */
const DAYS_VALID = 180;
const DAY_MS = 86_400_000;
/** What does not make an entry untrue. */
const PASSING_KINDS: readonly DeviationProblem["kind"][] = ["expired", "too-many-failures"];

/** A list of known deviations as full runs say that it must be. */
export interface UpdatedDeviations {
  readonly deviations: readonly Deviation[];
  /** Those of them that hold sometimes, and were kept though none of the runs showed them. */
  readonly unseen: readonly Deviation[];
}

/** What an update is made by. */
interface Update {
  /** The results of each run. */
  readonly runs: readonly (readonly ScenarioResult[])[];
  readonly options: Omit<JudgeDeviationsOptions, "isPartial">;
}

/**
 * The list as full runs say that it must be. An entry that is true stays as it is; one that fails otherwise, or in fewer
 * worlds, keeps its issue, reason and expiry; one that no longer fails goes; one for another system or version stays, and so
 * does one that holds sometimes, whether it showed or not. What failed in some runs and not in others holds sometimes. A
 * new entry has no issue yet, and one that holds sometimes may lack its reason, which is an error until someone gives it.
 *
 * @param runs the results of each run
 * @param options of the runs; they must not be partial, for what was not run would be taken for mended
 */
export function updateDeviations(
  runs: readonly (readonly ScenarioResult[])[],
  deviations: readonly Deviation[],
  options: Omit<JudgeDeviationsOptions, "isPartial">,
): UpdatedDeviations {
  const update: Update = { runs: runs.map((results) => results.map(withoutDeviation)), options };
  const { kept, dropped } = keptAndDropped(deviations, update);
  const found = unlistedFailures(kept, update).flatMap((failure) => {
    const { requirement, scenario } = failure;
    return entriesForFailure(failure, {
      runs: update.runs,
      siblings: kept.filter(
        (one) =>
          one.sometimes === true && one.requirement === requirement && one.scenario === scenario,
      ),
      before: dropped.find(
        (one) => one.requirement === requirement && matchesScenario(scenario, one.scenario),
      ),
      expires: expiryOf(options.date),
    });
  });
  const left = kept.filter((one) => !found.some((entry) => includesEntry(entry, one)));
  const all = update.runs.flat();
  const unseen = left.filter(
    (one) =>
      one.sometimes === true &&
      !all.some((result) => isAbout(one, result) && isShown(result, one.signature)),
  );
  return { deviations: [...left, ...found], unseen };
}

function keptAndDropped(deviations: readonly Deviation[], { runs, options }: Update) {
  const judged = runs.map((results) => judgeDeviations(results, deviations, options).problems);
  const kept: Deviation[] = [];
  const dropped: Deviation[] = [];
  for (const deviation of deviations) {
    const kindsByRun = judged.map((problems) =>
      problems
        .filter((problem) => problem.deviation === deviation)
        .map(({ kind }) => kind)
        .filter((kind) => !PASSING_KINDS.includes(kind)),
    );
    const entry = isInForce(deviation, options) ? keptEntry(deviation, kindsByRun) : deviation;
    if (entry === undefined) dropped.push(deviation);
    else kept.push(entry);
  }
  return { kept, dropped };
}

/** An entry as it stays, if it does, by what is wrong with it in each run. */
function keptEntry(
  deviation: Deviation,
  kindsByRun: readonly (readonly DeviationProblem["kind"][])[],
): Deviation | undefined {
  const isTrue = kindsByRun.map((kinds) => kinds.length === 0);
  if (!isTrue.includes(false)) return deviation;
  const kinds = kindsByRun.flat();
  // What else a scenario shows does not tell that it will not show this again.
  if (deviation.sometimes === true) return kinds.includes("unmatched") ? undefined : deviation;
  // A pattern is told apart scenario by scenario.
  const isOne = !deviation.scenario.includes("*");
  if (!isOne || !isTrue.includes(true) || kinds.includes("changed-signature")) return undefined;
  return { ...deviation, reason: deviation.reason ?? "", sometimes: true };
}

/** Whether an entry that holds sometimes says all that another one does. */
function includesEntry(entry: Deviation, other: Deviation): boolean {
  return (
    entry.sometimes === true &&
    other.sometimes === true &&
    entry.requirement === other.requirement &&
    entry.scenario === other.scenario &&
    other.signature.startsWith(entry.signature)
  );
}

function unlistedFailures(kept: readonly Deviation[], { runs, options }: Update) {
  const found = new Map<string, UnlistedFailure & { readonly signatures: Set<string>[] }>();
  for (const [at, results] of runs.entries()) {
    for (const { scenario, status, breakage, further = [] } of judgeDeviations(
      results,
      kept,
      options,
    ).results) {
      if (status !== "fail") continue;
      for (const promise of [breakage, ...further]) {
        if (promise?.requirement === undefined || promise.isKnown === true) continue;
        const { requirement } = promise;
        const key = `${requirement} ${scenario}`;
        const failure = found.get(key) ?? {
          requirement,
          scenario,
          signatures: runs.map(() => new Set<string>()),
        };
        failure.signatures[at]?.add(breakageSignature(promise));
        found.set(key, failure);
      }
    }
  }
  return [...found.values()];
}

function expiryOf(date: string): string {
  const day = Date.parse(date.slice(0, 10)) + DAYS_VALID * DAY_MS;
  return new Date(day).toISOString().slice(0, 10);
}
