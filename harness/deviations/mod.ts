/**
 * Known deviations: lists of requirements that a subject breaks, and whether a list matches a run.
 *
 * @module
 */

export { breakageSignature } from "./breakage_signature.ts";
export { commonPrefix } from "./entries_for_failure.ts";
export type { Deviation, DeviationCondition } from "./deviation.ts";
export { formatDeviations } from "./format_deviations.ts";
export {
  checkDeviations,
  type DeviationFindings,
  isInForce,
  judgeDeviations,
  type JudgeDeviationsOptions,
  type JudgedResults,
} from "./judge_deviations.ts";
export { type DeviationProblem, type MatchedResult, matchDeviations } from "./match_deviations.ts";
export { matchesScenario } from "./matches_scenario.ts";
export { parseDeviations, type ParseDeviationsOptions } from "./parse_deviations.ts";
export { satisfiesVersion } from "./satisfies_version.ts";
export { type UpdatedDeviations, updateDeviations } from "./update_deviations.ts";
