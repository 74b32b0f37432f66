/**
 * The test harness for downloaders and managers of MLX models: worlds with a disk, a hub and a clock, generators of models,
 * scenarios that judge requirements, and reports. It knows no implementation.
 *
 * Write a scenario with {@linkcode scenario}, and run it on any implementation with {@linkcode runScenario}. What the suite's
 * own scenarios and commands need besides is exported by `mlx-conform/internal`, which may change in any version.
 *
 * @example A scenario, and a downloader that it catches
 * ```ts
 * import assert from "node:assert/strict";
 * import {
 *   anySmallModel,
 *   modelPlace,
 *   runScenario,
 *   scenario,
 *   scriptedSubject,
 *   wantedFiles,
 *   wrongFiles,
 * } from "mlx-conform";
 *
 * const intact = scenario({
 *   name: "example/intact",
 *   covers: ["DL-INTEGRITY"],
 *   given: { model: anySmallModel() },
 *   async check({ model }, world, verdict) {
 *     const repository = "mlx-community/Example-4bit";
 *     world.hub.publish(repository, model.files, { tags: ["mlx"] });
 *     await verdict.attempt("DL-INTEGRITY", () => world.start().download({ repository }));
 *     const directory = modelPlace(world, repository);
 *     const wrong = await wrongFiles(world, directory, wantedFiles(model.files));
 *     verdict.holds("DL-INTEGRITY", wrong.length === 0, wrong.join(", "));
 *   },
 * });
 *
 * const downloadsNothing = scriptedSubject(async () => {});
 * const result = await runScenario(intact, downloadsNothing, { world: "memory", seed: 1, runs: 5 });
 * assert.equal(result.status, "fail");
 * assert.equal(result.breakage?.requirement, "DL-INTEGRITY");
 * ```
 *
 * @module
 */

// Scenarios.
export { scenario, type Scenario, type ScenarioDefinition } from "./scenario/scenario.ts";
export { Verdict } from "./scenario/verdict.ts";
export { HarnessError, NotApplicable, ProcessKilled, SubjectFault } from "./errors.ts";
export { killDownload, type KillDownloadOptions } from "./scenario_parts/kill_download.ts";
export { wantedFiles, wrongFiles } from "./scenario_parts/disk_observations.ts";
export { filePlace, modelPlace } from "./scenario_parts/places.ts";

// What is drawn.
export { anyModel, type ModelConstraints } from "./arbitraries/any_model.ts";
export { anySmallModel, type SmallModelOptions } from "./arbitraries/any_small_files.ts";
export type { ModelFile, TinyModel } from "./models/model_file.ts";
export { tinyLlama } from "./models/tiny_llama.ts";
export type { TinyLlamaOptions } from "./models/tiny_llama_options.ts";

// Worlds.
export {
  type RunningSubject,
  type StartOptions,
  type World,
  WORLD_KINDS,
  type WorldClock,
  type WorldKind,
  type WorldOptions,
} from "./worlds/world.ts";
export { diskWorld } from "./worlds/disk_world.ts";
export { memoryWorld } from "./worlds/memory_world.ts";
export { processWorld } from "./worlds/process_world.ts";
export { SimulatedClock, type SimulatedClockOptions } from "./clock/simulated_clock.ts";
export {
  type MemoryDisk,
  memoryFiles,
  type MemoryFilesOptions,
} from "./disk/memory/memory_files.ts";

// The hub.
export { SimulatedHub, type SimulatedHubOptions } from "./hub/simulated_hub.ts";
export type { HubFile } from "./hub/hub_file.ts";
export type { HubStyle } from "./hub/hub_style.ts";
export type { FaultAction, FaultMatch, FaultRule } from "./hub/faults/fault_rule.ts";
export type { HubExchange } from "./hub/answers/hub_answer.ts";
export { type ServedHub, serveHub, type ServeHubOptions } from "./hub/fronts/http_front.ts";

// Subjects.
export { scriptedSubject } from "./worlds/scripted_subject.ts";
export { startProgram } from "./subjects/start_program.ts";
export type { ProgramSubject } from "./subjects/program.ts";
export type { MessageFromSubject, MessageToSubject, SubjectHello } from "./subjects/message.ts";
export { smoke, type SmokeCheck } from "./worlds/smoke.ts";

// Runs and reports.
export { runScenario, type RunScenarioOptions } from "./scenario/run_scenario.ts";
export type { ScenarioResult } from "./scenario/scenario_result.ts";
export { runSuite, type RunSuiteOptions } from "./suite/run_suite.ts";
export { runParallel, type RunParallelOptions } from "./suite/run_parallel.ts";
export { failureStory } from "./report/failure_story.ts";
export { htmlReport } from "./report/html/html_report.ts";
export { junitReport } from "./report/formats/junit_report.ts";
export { markdownReport } from "./report/formats/markdown_report.ts";
export { tapReport } from "./report/formats/tap_report.ts";
