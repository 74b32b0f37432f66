/**
 * What an MLX model on disk is, and what a downloader, a file manager and a loader of such models promise: the
 * requirements, the contract that an implementation fulfils, the ports through which it reaches the outside world, the
 * layouts and the error codes. It runs nothing.
 *
 * @example Look up what a requirement says
 * ```ts
 * import { LAYOUTS, REQUIREMENTS } from "mlx-layout/spec";
 * import assert from "node:assert/strict";
 *
 * const { level, profile, text } = REQUIREMENTS["LAYOUT-AGREE"];
 * assert.deepEqual([level, profile], ["MUST", "core"]);
 * assert.match(text, /the loader opens are the same path/);
 * assert.equal(LAYOUTS.hubapi, "{root}/models/{org}/{name}");
 * ```
 *
 * @module
 */

export type { CanLoadReport, MemoryEstimate } from "./can_load.ts";
export {
  CHECK_CAUSES,
  type CheckCause,
  type CheckFinding,
  type CheckReport,
  type RuntimeVerdict,
} from "./check.ts";
export { COMMAND_OPERATIONS, type CommandRequest, type CommandResult, MISUSES } from "./command.ts";
export type {
  Environment,
  Failure,
  ModelManager,
  RootConfig,
  Subject,
  SubjectConfig,
} from "./contract.ts";
export {
  type DiagnoseRequest,
  type Diagnosis,
  type DiagnosisCause,
  type DiagnosisFinding,
  type Mend,
  PLACE_CAUSES,
} from "./diagnosis.ts";
export type {
  DelegatedDownloadRequest,
  DownloadRequest,
  DownloadResult,
  PlacedFile,
  Progress,
  UrlRequest,
  WaitOptions,
} from "./download.ts";
export { ERROR_CODES, type ErrorCode } from "./error_code.ts";
export { ERROR_REMEDIES, type ErrorRemedy } from "./error_remedies.ts";
export { fnmatch } from "./fnmatch.ts";
export type {
  ChildProcess,
  Clock,
  ComputeLimits,
  EntryKind,
  Fetch,
  FileStat,
  FileSystem,
  Host,
  HttpRequest,
  HttpResponse,
  OpenFile,
  OpenMode,
  ProcessEnd,
  LockHolder,
  ProcessTable,
  ProgramStarter,
  Random,
  SpawnOptions,
} from "./host.ts";
export {
  type CodeTrust,
  type GeneratedToken,
  type GenerateOptions,
  type GenerateRequest,
  type Generation,
  type LoadedModel,
  type LoadPlan,
  type MissingRead,
  PLAN_RUNTIMES,
  type PlannedRead,
  type PlanRequest,
  type PlanRuntime,
  type ReadRole,
  RUNNER_NAMES,
  type RunnerLimits,
  type RunnerName,
} from "./inference.ts";
export {
  DEFAULT_PATTERNS,
  type Digest,
  type Layout,
  LAYOUTS,
  type Marker,
  MARKER_NAME,
  type MarkerFile,
  METADATA_DIRECTORY,
  REPOSITORY_LAYOUTS,
  type RepositoryLayout,
  REQUIRED_PARTS,
  type RequiredPart,
} from "./layouts.ts";
export type {
  Comparison,
  FileFault,
  ListedModel,
  MigrationRequest,
  MigrationResult,
  ModelStatus,
  RemovalPlan,
  RemoveRequest,
  RemoveResult,
} from "./manage.ts";
export type { SharedFile, ShareRequest, ShareResult, ShareWay } from "./share.ts";
export {
  KIND_PARTS,
  KIND_PATTERNS,
  type KindPart,
  type KindSigns,
  lackingKindParts,
  MODEL_KINDS,
  OTHER_TOKENIZERS,
  type ModelKind,
  modelKind,
  untypedAudio,
} from "./model_kinds.ts";
export type { ModelRequest } from "./model_request.ts";
export {
  type Level,
  type Profile,
  type Requirement,
  type RequirementId,
  REQUIREMENTS,
} from "./requirements.ts";
export type { ModelServer, ServedAnswer, ServedRequest, ServeRequest } from "./serving.ts";
export { type Store, type StoreName, STORES } from "./stores.ts";
