/**
 * Scenarios: what judges requirements, and how it is run.
 *
 * @module
 */

export { runScenario, type RunScenarioOptions } from "./run_scenario.ts";
export { type Scenario, scenario, type ScenarioDefinition } from "./scenario.ts";
export type {
  BrokenPromise,
  ListedDeviation,
  ScenarioResult,
  ScenarioStatus,
} from "./scenario_result.ts";
export {
  asFailure,
  type BreakageFacts,
  describeError,
  refusalFacts,
  RequirementBroken,
  Verdict,
} from "./verdict.ts";
export { decodeGiven } from "./decode_given.ts";
export { describeGiven } from "./describe_given.ts";
export { DrawnCases, type DrawnCounts } from "./drawn_cases.ts";
export { type EncodedGiven, encodeGiven, type Json } from "./encode_given.ts";
