/**
 * Downloads, checks, lists, verifies, moves, removes and runs MLX models, each in the place where the MLX runtimes look
 * for it.
 *
 * {@linkcode SharedModelManager} is the one object that an application needs; {@linkcode MlxModelDownloader},
 * {@linkcode ModelFileManager} and {@linkcode InferenceManager} are its parts, for those who need only one. Each takes
 * its outside world (disk, network, clock) as an argument: {@linkcode nodeHost} is this machine. Every expected failure
 * is a {@linkcode ModelError} with a code of a closed set.
 *
 * @example Download a model and find where it lies
 * ```ts
 * import { type Host, ModelError, nodeHost, SharedModelManager } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * // This example has no network; an application passes nodeHost() as it is.
 * const host: Host = { ...nodeHost(), fetch: () => Promise.reject(new Error("no network")) };
 * const models = new SharedModelManager(host, { root: "/nowhere/Models", env: {} }, { retry: { attemptsMax: 1 } });
 * const repository = "mlx-community/SmolLM-135M-Instruct-4bit";
 * try {
 *   const { directory, commit } = await models.download({ repository });
 *   console.log(`${commit} is complete in ${directory}`);
 * } catch (error) {
 *   assert(error instanceof ModelError);
 *   assert.equal(error.code, "network");
 * }
 * const { state, directory } = await models.status({ repository });
 * assert.equal(state, "incomplete");
 * assert.equal(directory, "/nowhere/Models/models/mlx-community/SmolLM-135M-Instruct-4bit");
 * ```
 *
 * @module
 */

export type {
  CanLoadReport,
  CheckReport,
  DelegatedDownloadRequest,
  DiagnoseRequest,
  Diagnosis,
  DiagnosisFinding,
  Digest,
  DownloadRequest,
  DownloadResult,
  ErrorCode,
  FileSystem,
  GenerateOptions,
  GenerateRequest,
  Host,
  ListedModel,
  LoadPlan,
  Mend,
  MigrationRequest,
  MigrationResult,
  ModelRequest,
  ModelStatus,
  PlanRequest,
  PlanRuntime,
  RemovalPlan,
  RemoveRequest,
  RemoveResult,
  RuntimeVerdict,
  SharedFile,
  ShareRequest,
  ShareResult,
  ShareWay,
  SubjectConfig,
  UrlRequest,
  WaitOptions,
} from "../spec/mod.ts";
export type { DownloadPlan, PlannedFile } from "./download/download_plan.ts";
export {
  MlxModelDownloader,
  type MlxModelDownloaderOptions,
} from "./download/mlx_model_downloader.ts";
export type { RepositoryDownloadOptions } from "./download/repository_downloader.ts";
export { ModelError, type ModelErrorOptions } from "./errors.ts";
export type { RetryPolicy } from "./hub/retry.ts";
export {
  type CheckDepth,
  type DirectoryRequest,
  InferenceManager,
  type InferenceManagerOptions,
} from "./inference_manager.ts";
export {
  ModelFileManager,
  type ModelFileManagerOptions,
  type StatusOptions,
} from "./manage/model_file_manager.ts";
export type { ListOptions } from "./places/model_finder.ts";
export type { ClosedStore, Survey } from "./places/survey_models.ts";
export { nodeHost, type NodeHostOptions } from "./node_host.ts";
export type { PromptRequest, RunningModel, TimedGeneration } from "./run/generate_text.ts";
export type { HubServer, ServeOptions } from "./serve/hub_server.ts";
export { SharedModelManager, type SharedModelManagerOptions } from "./shared_model_manager.ts";
