/**
 * The contract: what an implementation is asked, and what it answers.
 *
 * @module
 */

import type { CanLoadReport } from "./can_load.ts";
import type { CheckReport } from "./check.ts";
import type { CommandRequest, CommandResult } from "./command.ts";
import type { DiagnoseRequest, Diagnosis, Mend } from "./diagnosis.ts";
import type {
  DelegatedDownloadRequest,
  DownloadRequest,
  DownloadResult,
  UrlRequest,
  WaitOptions,
} from "./download.ts";
import type { ErrorCode } from "./error_code.ts";
import type { Host } from "./host.ts";
import type {
  GenerateOptions,
  GenerateRequest,
  Generation,
  LoadPlan,
  PlanRequest,
} from "./inference.ts";
import type {
  ListedModel,
  MigrationRequest,
  MigrationResult,
  ModelStatus,
  RemovalPlan,
  RemoveRequest,
  RemoveResult,
} from "./manage.ts";
import type { ModelRequest } from "./model_request.ts";
import type { ShareRequest, ShareResult } from "./share.ts";
import type { ModelServer, ServeRequest } from "./serving.ts";

/** Environment variables, as the implementation sees them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A directory with models. */
export interface RootConfig {
  /** Absolute path of the directory that holds the models. */
  readonly root: string;
  /** Whether nothing may be changed in it. @default {false} */
  readonly isReadOnly?: boolean;
  /** The identity that it had; where it has another or none now, its volume is away: `PLACE-AWAY`. */
  readonly volume?: string;
}

/** Where an implementation runs. */
export interface SubjectConfig extends RootConfig {
  /** Further directories, in which models are looked for. @default {[]} */
  readonly roots?: readonly RootConfig[];
  /** Environment variables, such as `HF_HOME` and `HF_TOKEN`; the process's own are not read. */
  readonly env: Environment;
}

/** A model manager under test. A call that fails rejects with an error that has an {@linkcode ErrorCode} as `code`. */
export interface ModelManager {
  /** Downloads a model, or finds that it is complete: `download.md`. */
  download(request: DownloadRequest, options?: WaitOptions): Promise<DownloadResult>;
  /** Downloads one file by its address: `DL-OTHER-WAY`. */
  downloadUrl(request: UrlRequest, options?: WaitOptions): Promise<DownloadResult>;
  /** Finds the model's directory if it holds anything, without the network. */
  locate(request: ModelRequest): Promise<string | undefined>;
  /** Says whether a model is complete, without the network: `STATUS-ANSWERS`. */
  status(request: ModelRequest): Promise<ModelStatus>;
  /** As `status`, but every byte is hashed: `VERIFY-ROT`. */
  verify(request: ModelRequest, options?: WaitOptions): Promise<ModelStatus>;
  /** Lists every model under the root, of all layouts, and those in the stores of other tools: `PLACE-FOUND`. */
  list(): Promise<readonly ListedModel[]>;
  /** Removes a model and nothing else. */
  remove(request: RemoveRequest): Promise<RemoveResult>;
  /** Says what a removal would take away; absent where an implementation does not claim `places`: `REMOVE-PLAN`. */
  readonly planRemoval?: (request: ModelRequest) => Promise<RemovalPlan>;
  /** Moves a model from where it was put to where it belongs: `MIGRATE-PLAN`, `MIGRATE-SAFE`. */
  migrate(request: MigrationRequest, options?: WaitOptions): Promise<MigrationResult>;
  /** Lets another store have a copy too, on the same data; absent where an implementation cannot: `SHARE-VISIBLE`. */
  readonly share?: (request: ShareRequest, options?: WaitOptions) => Promise<ShareResult>;
  /** Examines what a runtime would open; never runs anything. */
  check(request: ModelRequest, options?: WaitOptions): Promise<CheckReport>;
  /** Says which commit a revision is now, with one request; absent where an implementation cannot be asked: `HUB-LATEST`. */
  readonly latestCommit?: (request: ModelRequest, options?: WaitOptions) => Promise<string>;
  /** Says which runtimes load a model, before it is downloaded; absent where an implementation does not claim `verdicts`. */
  readonly canLoad?: (
    request: DownloadRequest,
    options?: WaitOptions,
  ) => Promise<Pick<CanLoadReport, "runtimes">>;
  /** Says what is wrong and what mends it; absent where an implementation does not claim `places`: `DOCTOR-CAUSE`. */
  readonly diagnose?: (request: DiagnoseRequest, options?: WaitOptions) => Promise<Diagnosis>;
  /** Takes the step that a finding names; what is another program's work is refused as `unsupported`: `DOCTOR-MEND`. */
  readonly mend?: (step: Mend, options?: WaitOptions) => Promise<void>;
  /** Runs the command line once; absent where an implementation does not claim `commands`: `CMD-EXIT`. */
  readonly command?: (request: CommandRequest, options?: WaitOptions) => Promise<CommandResult>;
  /** Offers the complete models to others as a hub; absent where an implementation does not claim `serving`: `SERVE-BYTES`. */
  readonly serve?: (request: ServeRequest) => Promise<ModelServer>;
  /** Says which files a runtime will open; absent where an implementation does not claim `inference`. */
  readonly plan?: (request: PlanRequest) => Promise<LoadPlan>;
  /** Checks, loads and generates greedily; absent where an implementation does not claim `inference`. */
  readonly generate?: (request: GenerateRequest, options?: GenerateOptions) => Promise<Generation>;
  /** Downloads with an MLX runtime's own downloader; absent where an implementation does not claim `inference`. */
  readonly downloadDelegated?: (
    request: DelegatedDownloadRequest,
    options?: WaitOptions,
  ) => Promise<DownloadResult>;
}

/** An implementation as the suite starts it: once for each simulated process. */
export interface Subject {
  /** The implementation's name. */
  readonly name: string;
  /** The implementation's version. */
  readonly version: string;
  /** Starts it with a host and a configuration; two managers share nothing but the host. */
  start(host: Host, config: SubjectConfig): ModelManager;
}

/** The part of a failure that is compared; the wording of messages never is. */
export interface Failure {
  /** Which of the closed set of failures it is. */
  readonly code: ErrorCode;
  /** Repository-relative path of the file concerned. */
  readonly file?: string;
  /** What had to be there. */
  readonly expected?: string;
  /** What was there. */
  readonly actual?: string;
}
