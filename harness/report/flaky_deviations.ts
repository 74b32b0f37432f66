import type { ScenarioResult } from "../scenario/scenario_result.ts";

/**
 * How the known deviations fared that show in some runs and not in others.
 *
 * @returns undefined where no result is about one
 */
export function flakyDeviations(
  results: readonly Pick<ScenarioResult, "status" | "deviation">[],
): string | undefined {
  const about = results.filter(({ deviation }) => deviation?.sometimes === true);
  if (about.length === 0) return undefined;
  const passed = about.filter(({ status }) => status === "pass").length;
  return `known deviations that show sometimes: ${about.length - passed} failed, ${passed} passed`;
}
