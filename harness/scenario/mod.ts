/**
 * Scenarios: stories that judge requirements, and how they are run.
 *
 * @module
 */

export { EXIT_CODES, exitCodeOf, type SuiteVerdict, suiteVerdict } from "./exit_code.ts";
export { HarnessError } from "./harness_error.ts";
export { NotPossibleHere } from "./not_possible_here.ts";
export { OrderWorker, type OrderWorkerOptions } from "./order_worker.ts";
export {
  isCaught,
  type MiniatureResult,
  type RedRequirement,
  runMiniature,
  type RunMiniatureOptions,
} from "./run_miniature.ts";
export { runMiniatures, type RunMiniaturesOptions, serveMiniatures } from "./run_miniatures.ts";
export {
  runParallel,
  type RunParallelOptions,
  serveScenarios,
  type WorkOrder,
} from "./run_parallel.ts";
export { runScenario, type RunScenarioOptions } from "./run_scenario.ts";
export {
  planSuite,
  type RequirementStanding,
  type RequirementVerdict,
  requirementVerdicts,
  runSuite,
  type RunSuiteOptions,
  runTask,
  standingOf,
  type SuiteTask,
} from "./run_suite.ts";
export { type Scenario, scenario, type ScenarioDefinition } from "./scenario.ts";
export type {
  BrokenPromise,
  ListedDeviation,
  ScenarioResult,
  ScenarioStatus,
} from "./scenario_result.ts";
export { type Shard, shardTasks } from "./shard_tasks.ts";
export { asFailure, describeError, RequirementBroken, Verdict } from "./verdict.ts";
