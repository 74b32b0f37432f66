import type {
  CanLoadReport,
  CheckReport,
  CodeTrust,
  DelegatedDownloadRequest,
  DiagnoseRequest,
  Diagnosis,
  DownloadRequest,
  DownloadResult,
  GenerateOptions,
  Host,
  LoadPlan,
  Mend,
  ModelManager,
  ModelStatus,
  SubjectConfig,
  PlanRequest,
  PlanRuntime,
  RemovalPlan,
  RemoveRequest,
  RemoveResult,
  ShareRequest,
  ShareResult,
  WaitOptions,
  ModelRequest,
} from "../../spec/mod.ts";
import type { CheckDepth } from "../inference_manager.ts";
import type { StatusOptions } from "../manage/model_file_manager.ts";
import type { ListOptions } from "../places/model_finder.ts";
import type { HubServer, ServeOptions } from "../serve/hub_server.ts";
import type { Survey } from "../places/survey_models.ts";
import type { DownloadPlan } from "../download/download_plan.ts";
import type { PromptRequest, TimedGeneration } from "../run/generate_text.ts";
import type { Listen } from "../node/http_listener.ts";
import type { Output } from "./text_output.ts";

/** What the command needs of a manager: the contract, and a little more. */
export interface CliManager extends Omit<ModelManager, "planRemoval" | "serve"> {
  readonly plan: (request: PlanRequest) => Promise<LoadPlan>;
  readonly downloadDelegated: (
    request: DelegatedDownloadRequest,
    options?: WaitOptions,
  ) => Promise<DownloadResult>;
  status(request: ModelRequest, options?: StatusOptions): Promise<ModelStatus>;
  survey(options?: ListOptions): Promise<Survey>;
  /** Offers the complete models to others. */
  serve(options: ServeOptions): Promise<Pick<HubServer, "answer" | "copies">>;
  diagnose(request: DiagnoseRequest, options?: WaitOptions): Promise<Diagnosis>;
  mend(step: Mend, options?: WaitOptions): Promise<void>;
  /** What a removal would take away; a copy in another store is named by its directory. */
  planRemoval(request: ModelRequest | { readonly directory: string }): Promise<RemovalPlan>;
  removeDirectory(
    directory: string,
    options?: WaitOptions & Pick<RemoveRequest, "force">,
  ): Promise<RemoveResult>;
  share(request: ShareRequest, options?: WaitOptions): Promise<ShareResult>;
  /** The repository of a directory, as far as it is known. */
  repositoryIn(directory: string): Promise<string | undefined>;
  /** The commit that a revision is now, by one request. */
  latestCommit(request: ModelRequest, options?: WaitOptions): Promise<string>;
  /** What a download would do, without doing it. */
  planDownload(request: DownloadRequest & CodeTrust, options?: WaitOptions): Promise<DownloadPlan>;
  /** Which runtimes load a model, before it is downloaded. */
  canLoad(request: DownloadRequest & CodeTrust, options?: WaitOptions): Promise<CanLoadReport>;
  /** As `check`, for any directory. */
  checkDirectory(
    directory: string,
    options?: WaitOptions & CodeTrust & CheckDepth,
  ): Promise<CheckReport>;
  check(
    request: ModelRequest & CodeTrust,
    options?: WaitOptions & CheckDepth,
  ): Promise<CheckReport>;
  /** As `planLoad`, for any directory. */
  planDirectory(
    directory: string,
    options: CodeTrust & { readonly runtime: PlanRuntime },
  ): Promise<LoadPlan>;
  /** Checks, loads and generates, and measures how long each takes. */
  run(model: ModelArgument, request: PromptRequest & GenerateOptions): Promise<TimedGeneration>;
}

/** Everything that the command knows of the outside. */
export interface CliEnvironment {
  /** May load what it needs first: help and misuse need none. */
  openHost(): Host | Promise<Host>;
  /** The environment, and the root where neither option nor variable names another. */
  readonly config: SubjectConfig;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether stderr is a terminal. */
  readonly isTerminal: boolean;
  /** Aborted with an `Interruption` when the command is interrupted. */
  readonly signal: AbortSignal;
  readonly version: string;
  /** Asks a question that is answered by yes or no; absent where nobody can be asked. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
  /** Listens for requests of other machines: `serve`. */
  readonly listen: Listen;
  /** May load what it needs first: help and misuse need no manager. */
  createManager(host: Host, config: SubjectConfig): CliManager | Promise<CliManager>;
}

/** What the argument of a command means. */
export type ModelArgument = ModelRequest | { readonly directory: string };
