import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { Deviation } from "./deviation.ts";
import { breakageSignature } from "./breakage_signature.ts";
import {
  isInForce,
  judgeDeviations,
  type JudgeDeviationsOptions,
  withoutDeviation,
} from "./judge_deviations.ts";
import { matchesScenario } from "./matches_scenario.ts";

/** How long a new entry holds. */
const DAYS_VALID = 180;
const DAY_MS = 86_400_000;

/**
 * The list as a full run says that it must be. An entry that is true stays as it is; one that fails otherwise, or in fewer
 * worlds, keeps its issue, reason and expiry; one that no longer fails goes; one for another system or version stays. A new
 * one has no issue yet, which is an error until someone gives it.
 *
 * @param options of the run; it must not be partial, for what was not run would be taken for mended
 */
export function updateDeviations(
  results: readonly ScenarioResult[],
  deviations: readonly Deviation[],
  options: Omit<JudgeDeviationsOptions, "isPartial">,
): readonly Deviation[] {
  const plain = results.map(withoutDeviation);
  const isTrue = (deviation: Deviation) =>
    judgeDeviations(plain, [deviation], options).problems.every(
      ({ kind }) => kind === "expired" || kind === "too-many-failures",
    );
  const kept = deviations.filter(isTrue);
  const dropped = deviations.filter(
    (deviation) => !kept.includes(deviation) && isInForce(deviation, options),
  );
  const found = new Map<string, Deviation>();
  for (const result of judgeDeviations(plain, kept, options).results) {
    for (const breakage of [result.breakage, ...(result.further ?? [])]) {
      if (breakage?.isKnown === true) continue;
      const entry = entryFor({ ...result, breakage }, { plain, dropped, date: options.date });
      if (entry !== undefined) found.set(`${entry.signature} ${entry.scenario}`, entry);
    }
  }
  return [...kept, ...found.values()];
}

function entryFor(
  result: ScenarioResult,
  options: {
    readonly plain: readonly ScenarioResult[];
    readonly dropped: readonly Deviation[];
    readonly date: string;
  },
): Deviation | undefined {
  const { status, scenario, breakage } = result;
  if (status !== "fail" || breakage?.requirement === undefined) return undefined;
  const { requirement } = breakage;
  const before = options.dropped.find(
    (deviation) =>
      deviation.requirement === requirement && matchesScenario(scenario, deviation.scenario),
  );
  const { when, ...facts } = before ?? { issue: "", expires: expiryOf(options.date) };
  const signature = breakageSignature(breakage);
  const own = options.plain.filter((other) => other.scenario === scenario);
  const isEverywhere = own.every((other) => other.status !== "pass");
  const worlds = own.filter(({ breakage: first, further = [] }) =>
    [first, ...further].some(
      (promise) => promise !== undefined && breakageSignature(promise) === signature,
    ),
  );
  const { world: _world, ...condition } = { world: undefined, ...when };
  const world = isEverywhere ? {} : { world: worlds.map((other) => other.world) };
  const narrowed = { ...condition, ...world };
  return {
    ...facts,
    requirement,
    scenario,
    signature,
    ...(Object.keys(narrowed).length === 0 ? {} : { when: narrowed }),
  };
}

function expiryOf(date: string): string {
  const day = Date.parse(date.slice(0, 10)) + DAYS_VALID * DAY_MS;
  return new Date(day).toISOString().slice(0, 10);
}
