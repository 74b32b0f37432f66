/**
 * Running a model: runners, the protocol that they speak, and the reference engine.
 *
 * @module
 */

export { findRunner, type FindRunnerOptions, type FoundRunner } from "./find_runner.ts";
export type { PromptRequest, RunningModel, TimedGeneration } from "./generate_text.ts";
export * from "./reference/mod.ts";
export { ReferenceSession } from "./reference_session.ts";
export { RunnerClient, type StartRunnerOptions } from "./runner_client.ts";
export { DEFAULT_LIMITS } from "./runner_limits.ts";
export type { RunnerCallOptions, RunnerGeneration, RunnerSession } from "./runner_session.ts";
