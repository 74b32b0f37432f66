import type { ScenarioResult } from "../scenario/scenario_result.ts";

/**
 * Counts the results of known deviations that occur in some runs and not in others.
 *
 * @returns undefined when there are none
 */
export function flakyDeviations(
  results: readonly Pick<ScenarioResult, "status" | "deviation">[],
): string | undefined {
  const about = results.filter(({ deviation }) => deviation?.sometimes === true);
  if (about.length === 0) return undefined;
  const passed = about.filter(({ status }) => status === "pass").length;
  return `known deviations that occur sometimes: ${about.length - passed} failed, ${passed} passed`;
}
