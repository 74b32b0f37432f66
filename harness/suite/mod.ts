/**
 * Runs of many scenarios: which are planned, in how many processes, and what the results amount to.
 *
 * @module
 */

export { EXIT_CODES } from "./exit_codes.ts";
export { exitCodeOf, type SuiteVerdict, suiteVerdict, worstVerdict } from "./suite_verdict.ts";
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
export { CANARY_NAME, keptByCanary } from "./canary.ts";
export { mapInForks, type MapInForksOptions, serveForks, serveOrders } from "./worker_pool.ts";
export { playReplay, type ReplayOrder, type ReplayPlay } from "./run_parallel.ts";
export { type Shard, shardTasks } from "./run_suite.ts";
