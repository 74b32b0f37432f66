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
  GenerateRequest,
  Host,
  Layout,
  ListedModel,
  Mend,
  MigrationRequest,
  MigrationResult,
  LoadPlan,
  ModelManager,
  ModelRequest,
  ModelStatus,
  SubjectConfig,
  PlanRequest,
  PlanRuntime,
  RemovalPlan,
  RemoveRequest,
  RemoveResult,
  ShareRequest,
  ShareResult,
  UrlRequest,
  WaitOptions,
} from "../spec/mod.ts";
import type { RepositorySnapshot } from "./download/repository_snapshot.ts";
import { ModelError } from "./errors.ts";
import { Doctor } from "./doctor/doctor.ts";
import { canLoad, refuseOffline } from "./can_load/can_load.ts";
import { readHubSettings } from "./hub/hub_settings.ts";
import type { DownloadPlan } from "./download/download_plan.ts";
import { chooseRoute, type Route } from "./download/choose_route.ts";
import { MlxModelDownloader } from "./download/mlx_model_downloader.ts";
import { RepositoryDownloader } from "./download/repository_downloader.ts";
import { UrlDownloader } from "./download/url_downloader.ts";
import type { RetryPolicy } from "./hub/retry.ts";
import { type CheckDepth, type DirectoryRequest, InferenceManager } from "./inference_manager.ts";
import { HubServer, type ServeOptions } from "./serve/hub_server.ts";
import { ModelFileManager, type StatusOptions } from "./manage/model_file_manager.ts";
import type { ListOptions } from "./places/model_finder.ts";
import type { PromptRequest, TimedGeneration } from "./run/generate_text.ts";
import type { Survey } from "./places/survey_models.ts";
import { ModelSharer } from "./share/model_sharer.ts";
import { confinedHost } from "./layout/confined_host.ts";

/** Options of a {@linkcode SharedModelManager}. */
export interface SharedModelManagerOptions {
  /** How often and how patiently a failed request is repeated. @default {the defaults of RetryPolicy} */
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** The app's own model ids and the repositories that they stand for. @default {{}} */
  readonly repositories?: Readonly<Record<string, string>>;
}

/**
 * All that an application does with models, in one object: it sends MLX repositories to
 * {@linkcode MlxModelDownloader} and downloads everything else file by file into the flat layout; what is on the disk
 * is the business of {@linkcode ModelFileManager} and {@linkcode InferenceManager}.
 *
 * Progress, errors and rules are the same for both kinds of download: `DL-OTHER-WAY`.
 *
 * @example Usage
 * ```ts
 * import { nodeHost, SharedModelManager } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const manager = new SharedModelManager(nodeHost(), { root: "/nowhere/Models", env: {} });
 * const status = await manager.status({ repository: "mlx-community/SmolLM-135M-4bit" });
 * assert.equal(status.state, "incomplete");
 * assert.equal(status.directory, "/nowhere/Models/models/mlx-community/SmolLM-135M-4bit");
 * ```
 */
export class SharedModelManager implements ModelManager {
  readonly #host: Host;
  readonly #config: SubjectConfig;
  readonly #mlx: MlxModelDownloader;
  readonly #other: UrlDownloader;
  readonly #repositories: RepositoryDownloader;
  readonly #fileManager: ModelFileManager;
  readonly #inference: InferenceManager;
  readonly #doctor: Doctor;
  readonly #sharer: ModelSharer;
  readonly #repositoryNames: Readonly<Record<string, string>>;

  /**
   * Makes a manager; it reads and sends nothing until it is asked.
   *
   * @param host the outside world, such as `nodeHost()`
   * @param config the root that holds the models, and the environment variables that count
   */
  constructor(host: Host, config: SubjectConfig, options: SharedModelManagerOptions = {}) {
    this.#host = host;
    this.#config = config;
    this.#repositoryNames = options.repositories ?? {};
    this.#mlx = new MlxModelDownloader(host, config, options);
    this.#other = new UrlDownloader(host, config, options);
    this.#repositories = new RepositoryDownloader(host, config, options);
    this.#fileManager = new ModelFileManager(host, config, options);
    this.#inference = new InferenceManager(host.files, {
      root: config.root,
      locate: (request) => this.#fileManager.locate(request),
      digests: (directory) => this.#fileManager.recordedDigests(directory),
      run: { ...host, env: config.env },
    });
    this.#sharer = new ModelSharer(host, config, options);
    this.#doctor = new Doctor(host, config, {
      repositories: options.repositories ?? {},
      check: (directory, wait) => this.#inference.check({ directory }, wait),
    });
  }

  /**
   * Downloads a model, or finds that it is complete: every requirement `DL-*`.
   *
   * @throws {ModelError} with the code that names the cause; what was good on disk before is as it was
   */
  async download(request: DownloadRequest, options: WaitOptions = {}): Promise<DownloadResult> {
    await this.#fileManager.assertWritable();
    const { way, snapshot } = await this.#route(request, options);
    return way === "mlx"
      ? this.#mlx.download(request, { ...options, snapshot })
      : this.#other.downloadRepository(request, { ...options, snapshot });
  }

  /**
   * Downloads with an MLX runtime's own downloader, in the runtime's own place: `DL-DELEGATED`.
   *
   * @throws {ModelError} `integrity` for a missing file or other bytes, a code `runner-…`, or the hub's code
   */
  async downloadDelegated(
    request: DelegatedDownloadRequest,
    options: WaitOptions = {},
  ): Promise<DownloadResult> {
    return this.#mlx.downloadDelegated(request, options);
  }

  /**
   * Downloads one file by its address into a directory of its own: `DL-OTHER-WAY`.
   *
   * @throws {ModelError} with the code that names the cause; what was good on disk before is as it was
   */
  async downloadUrl(request: UrlRequest, options: WaitOptions = {}): Promise<DownloadResult> {
    await this.#fileManager.assertWritable();
    return this.#other.download(request, options);
  }

  /**
   * Says what a download would do and which runtimes would load the model, as {@linkcode canLoad} does; writes nothing.
   *
   * @throws {ModelError} as {@linkcode download}, except for failures to write
   */
  async planDownload(
    request: DownloadRequest & CodeTrust,
    options: WaitOptions = {},
  ): Promise<DownloadPlan> {
    const { way, snapshot: found } = await this.#route(request, options);
    if (way === "other")
      return this.#other.planRepository(request, { ...options, snapshot: found });
    const snapshot = found ?? (await this.#repositories.snapshot(request, options));
    const answer = await this.#answerAhead(request, { snapshot, signal: options.signal });
    const kind = answer.model?.kind;
    return { ...(await this.#mlx.plan(request, { ...options, snapshot, kind })), ...answer };
  }

  /** A plan is worth as much without the answer, which takes more of the hub than the listing. */
  async #answerAhead(
    request: DownloadRequest & CodeTrust,
    context: {
      readonly snapshot: RepositorySnapshot;
      readonly signal: AbortSignal | undefined;
    },
  ): Promise<Pick<DownloadPlan, "model" | "modelError">> {
    const { files } = this.#host;
    const { trustModelCode = false } = request;
    try {
      return { model: await canLoad(request, { ...context, files, trustModelCode }) };
    } catch (error) {
      if (!(error instanceof ModelError) || error.code === "cancelled") throw error;
      return { modelError: { code: error.code, message: error.message } };
    }
  }

  /**
   * Asks the hub which commit a model's revision is now, with one request: `HUB-LATEST`.
   *
   * @throws {ModelError} `offline`, or as the hub answers
   */
  async latestCommit(request: ModelRequest, options: WaitOptions = {}): Promise<string> {
    return this.#repositories.latestCommit(request, options);
  }

  /**
   * Says which runtimes load a model, before it is downloaded: from the listing, the configuration and the headers of
   * the weight files, of which a few megabytes are read.
   *
   * @throws {ModelError} as the hub answers; `offline`; `limit-exceeded` for headers longer than any known
   */
  async canLoad(
    request: DownloadRequest & CodeTrust,
    options: WaitOptions = {},
  ): Promise<CanLoadReport> {
    const { files } = this.#host;
    const settings = await readHubSettings(files, this.#config.env, request);
    if (settings.offline) refuseOffline(request.repository);
    const snapshot = await this.#repositories.snapshot(request, options);
    const { signal } = options;
    const { trustModelCode = false } = request;
    return canLoad(request, { snapshot, files, signal, trustModelCode });
  }

  /**
   * Finds the directory of a model without the network; undefined when no layout holds anything of it: `LAYOUT-AGREE`.
   *
   * @throws {ModelError} the code of a disk that fails
   */
  async locate(request: ModelRequest): Promise<string | undefined> {
    return this.#fileManager.locate(request);
  }

  /**
   * Says whether a model is complete, without the network: `STATUS-ANSWERS`.
   *
   * @throws {ModelError} `cancelled`, or the code of a disk that fails
   */
  async status(request: ModelRequest, options: StatusOptions = {}): Promise<ModelStatus> {
    return this.#fileManager.status(request, options);
  }

  /**
   * As {@linkcode status}, with every byte hashed: `VERIFY-ROT`.
   *
   * @throws {ModelError} `cancelled`, or the code of a disk that fails
   */
  async verify(request: ModelRequest, options: WaitOptions = {}): Promise<ModelStatus> {
    return this.#fileManager.verify(request, options);
  }

  /**
   * Lists every model under the root, of all layouts, and those in the stores of other tools: `PLACE-FOUND`.
   *
   * @param options `onUnreadable`: called with each directory that may not be read, and so is left out
   *
   * @throws {ModelError} the code of a disk that fails
   */
  async list(options: ListOptions = {}): Promise<readonly ListedModel[]> {
    return this.#fileManager.list(options);
  }

  /**
   * As {@linkcode list}, with what all models take on the disk, and the stores that MLX cannot open.
   *
   * @throws {ModelError} the code of a disk that fails
   */
  async survey(options: ListOptions = {}): Promise<Survey> {
    return this.#fileManager.survey(options);
  }

  /**
   * Offers the complete models of this machine to others, as a hub: every requirement `SERVE-*`. It listens nowhere: who
   * calls it hands it requests.
   */
  async serve(options: ServeOptions = {}): Promise<HubServer> {
    return new HubServer(this.#host, this.#config, {
      ...options,
      repositories: this.#repositoryNames,
    });
  }

  /**
   * Removes a model and nothing else; from the hub's cache everything of it, or one revision's snapshot.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async remove(request: RemoveRequest, options: WaitOptions = {}): Promise<RemoveResult> {
    const removed = await this.#fileManager.remove(request, options);
    await this.#sharer.forget(removed.directory);
    return removed;
  }

  /**
   * Says what a removal would take away, and writes nothing: `REMOVE-PLAN`.
   *
   * @param request a model, or the directory of a copy that `list` shows, in whatever store
   * @throws {ModelError} `not-downloaded`
   */
  async planRemoval(request: ModelRequest | DirectoryRequest): Promise<RemovalPlan> {
    return "directory" in request
      ? this.#fileManager.planDirectoryRemoval(request.directory)
      : this.#fileManager.planRemoval(request);
  }

  /**
   * Removes a copy that is named by its directory, in whatever store.
   *
   * @throws {ModelError} `not-downloaded` for a directory that no listing has
   */
  async removeDirectory(
    directory: string,
    options: WaitOptions & Pick<RemoveRequest, "force"> = {},
  ): Promise<RemoveResult> {
    const removed = await this.#fileManager.removeDirectory(directory, options);
    await this.#sharer.forget(removed.directory);
    return removed;
  }

  /** The repository of a directory, as far as its name or what came with the files says it. */
  async repositoryIn(directory: string): Promise<string | undefined> {
    return this.#fileManager.repositoryIn(directory);
  }

  /**
   * Moves a model to its place, says what that would do, or undoes it: `MIGRATE-PLAN`, `MIGRATE-SAFE`.
   *
   * @throws {ModelError} `not-downloaded` when there is nothing to move or to undo
   */
  async migrate(request: MigrationRequest, options: WaitOptions = {}): Promise<MigrationResult> {
    return this.#fileManager.migrate(request, options);
  }

  /**
   * Lets another tool's store have a copy too, on the same data on the disk, says what that would do, or takes it back:
   * `SHARE-VISIBLE`, `SHARE-ONCE`.
   *
   * @throws {ModelError} `not-downloaded` when there is nothing to share or to undo, `integrity` where its bytes are not the recorded
   * ones, `access-denied` where the store has something else in its place, `unsupported` where weights would be copied and may not
   */
  async share(request: ShareRequest, options: WaitOptions = {}): Promise<ShareResult> {
    return this.#sharer.share(request, options);
  }

  /**
   * Says what is wrong with the models on this machine and what mends it, without the network: `DOCTOR-CAUSE`.
   *
   * @throws {ModelError} `not-downloaded` when there is nothing of what is asked for
   */
  async diagnose(request: DiagnoseRequest = {}, options: WaitOptions = {}): Promise<Diagnosis> {
    return this.#doctor.diagnose(request, options);
  }

  /**
   * Takes the step that a finding names: `DOCTOR-MEND`.
   *
   * @throws {ModelError} `unsupported` for what another program does; as {@linkcode download} and {@linkcode migrate}
   */
  async mend(step: Mend, options: WaitOptions = {}): Promise<void> {
    await this.#doctor.mend(step, options, {
      download: async ({ repository, layout, root, verify }) => {
        const manager = root === undefined ? this : this.#below(root, layout);
        await manager.download(
          { repository, ...(layout && { layout }), ...(verify && { verify }) },
          options,
        );
      },
      migrate: async (request) => {
        await this.migrate({ ...request, step: "move" }, options);
      },
      remove: async (request) => {
        await this.removeDirectory(request.directory, options);
      },
      share: async ({ repository, from, into, layout, naming }) => {
        const store = { into, layout, ...(naming && { naming }) };
        await this.share({ repository, from, ...store, step: "share" }, options);
      },
    });
  }

  /**
   * Finds everything that is wrong with a model's files, before any runtime opens them: every requirement `LOAD-*`.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async check(
    request: ModelRequest & CodeTrust,
    options: WaitOptions & CheckDepth = {},
  ): Promise<CheckReport> {
    return this.#inference.check(request, options);
  }

  /**
   * As {@linkcode check}, for any directory.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async checkDirectory(
    directory: string,
    { trustModelCode = false, ...options }: WaitOptions & CodeTrust & CheckDepth = {},
  ): Promise<CheckReport> {
    return this.#inference.check({ directory, trustModelCode }, options);
  }

  /**
   * Finds which files a runtime opens and which it never will: `LOAD-PLAN`.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async plan(request: PlanRequest): Promise<LoadPlan> {
    return this.#inference.plan(request, { runtime: request.runtime });
  }

  /**
   * As {@linkcode plan}, for any directory.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async planDirectory(
    directory: string,
    { runtime, trustModelCode = false }: CodeTrust & { readonly runtime: PlanRuntime },
  ): Promise<LoadPlan> {
    return this.#inference.plan({ directory, trustModelCode }, { runtime });
  }

  /**
   * Checks, loads and generates greedily with the best runner, or the one that is asked for: `LOAD-TOKENS`.
   *
   * @throws {ModelError} `not-downloaded`, `corrupt-model`, `invalid-argument`, `cancelled`, or a code `runner-…`
   */
  async generate(
    request: GenerateRequest,
    options: GenerateOptions = {},
  ): Promise<TimedGeneration> {
    return this.#inference.generate(request, options);
  }

  /**
   * As {@linkcode generate}, for a model or for any directory.
   *
   * @throws {ModelError} as {@linkcode generate}
   */
  async run(
    model: { readonly repository: string } | { readonly directory: string },
    options: PromptRequest & GenerateOptions,
  ): Promise<TimedGeneration> {
    const { signal, onToken, ...request } = options;
    return this.#inference.generate(
      { ...request, ...model },
      { ...(signal && { signal }), ...(onToken && { onToken }) },
    );
  }

  /** A manager of another root; in the hub's cache a variable names that before the root does. */
  #below(root: string, layout: Layout | undefined): SharedModelManager {
    const { env } = this.#config;
    const isCache = layout === "hf-cache";
    return new SharedModelManager(this.#host, {
      root: isCache ? this.#config.root : root,
      env: isCache ? { ...env, HF_HUB_CACHE: root } : env,
    });
  }

  async #route(request: DownloadRequest, options: WaitOptions): Promise<Route> {
    return chooseRoute(confinedHost(this.#host, this.#config), request, {
      ...options,
      config: this.#config,
      repositories: this.#repositories,
    });
  }
}
