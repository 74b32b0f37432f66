import {
  type DelegatedDownloadRequest,
  type DownloadRequest,
  type DownloadResult,
  type FileSystem,
  type Host,
  type SubjectConfig,
  type WaitOptions,
  DEFAULT_PATTERNS,
} from "../../spec/mod.ts";
import { diskError } from "../disk/disk_error.ts";
import { ModelError } from "../errors.ts";
import type { RetryPolicy } from "../hub/retry.ts";
import { hubCachePlace, hubCacheRoot } from "../layout/hub_cache.ts";
import { modelDirectory } from "../layout/model_directory.ts";
import { selectionOf } from "../layout/select_files.ts";
import { localSnapshot } from "../records/local_snapshot.ts";
import { DelegatedDownloader } from "./delegated_downloader.ts";
import type { DownloadPlan } from "./download_plan.ts";
import {
  type RepositoryDownloadOptions,
  RepositoryDownloader,
  type RepositoryTarget,
} from "./repository_downloader.ts";
import { revisionOf } from "../layout/revision.ts";

/** Options of a {@linkcode MlxModelDownloader}. */
export interface MlxModelDownloaderOptions {
  /** How often and how patiently a failed request is repeated. @default {the defaults of RetryPolicy} */
  readonly retry?: Partial<RetryPolicy> | undefined;
}

/**
 * Downloads MLX models from the hub into the place where the MLX runtimes look for them.
 *
 * It resolves the revision once, lists the commit, fetches and verifies everything that is missing, and publishes it:
 * all requirements `LAYOUT-*`, `DL-*` and `HUB-*`.
 *
 * @example Usage
 * ```ts
 * import { MlxModelDownloader, nodeHost } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const place = { root: "/nowhere/Models", env: { HF_HUB_OFFLINE: "1" } };
 * const downloader = new MlxModelDownloader(nodeHost(), place);
 * await assert.rejects(downloader.download({ repository: "org/absent" }), { code: "offline" });
 * ```
 */
export class MlxModelDownloader {
  readonly #config: SubjectConfig;
  readonly #files: FileSystem;
  readonly #repositories: RepositoryDownloader;
  readonly #delegated: DelegatedDownloader;

  /**
   * Makes a downloader; it reads and sends nothing until it is asked.
   *
   * @param host the outside world, such as `nodeHost()`
   * @param config the root that holds the models, and the environment variables that count
   */
  constructor(host: Host, config: SubjectConfig, options: MlxModelDownloaderOptions = {}) {
    this.#config = config;
    this.#files = host.files;
    this.#repositories = new RepositoryDownloader(host, config, options);
    this.#delegated = new DelegatedDownloader(host, config, options);
  }

  /**
   * Downloads a model, or finds that it is complete.
   *
   * @throws {ModelError} with the code that names the cause; what was good on disk before is as it was
   */
  async download(
    request: DownloadRequest,
    options: RepositoryDownloadOptions = {},
  ): Promise<DownloadResult> {
    const target = await this.#target(request);
    return this.#repositories.download(request, { ...options, target });
  }

  /**
   * Says what a download would do, and writes nothing.
   *
   * @throws {ModelError} as {@linkcode download}, except for failures to write
   */
  async plan(
    request: DownloadRequest,
    options: RepositoryDownloadOptions = {},
  ): Promise<DownloadPlan> {
    return this.#repositories.plan(request, { ...options, target: await this.#target(request) });
  }

  /**
   * Downloads with an MLX runtime's own downloader, in the runtime's own place, and verifies the result by the same
   * rules: `DL-DELEGATED`.
   *
   * @throws {ModelError} `integrity` for a missing file or other bytes, a code `runner-…`, or the hub's code
   */
  async downloadDelegated(
    request: DelegatedDownloadRequest,
    options: WaitOptions = {},
  ): Promise<DownloadResult> {
    return this.#delegated.download(request, options);
  }

  async #target(request: DownloadRequest): Promise<RepositoryTarget> {
    const layout = request.layout ?? "hubapi";
    const selection = selectionOf(request, DEFAULT_PATTERNS);
    const mustBeModel = !selection.isChosen;
    if (layout === "hf-cache") {
      return { ...(await this.#snapshotTarget(request)), selection, mustBeModel };
    }
    if (layout !== "hubapi" && layout !== "lmstudio") {
      throw new ModelError(
        "unsupported",
        `Cannot download into layout "${layout}": use "hubapi", "lmstudio" or "hf-cache"`,
        { expected: "hubapi, lmstudio or hf-cache", actual: layout },
      );
    }
    const directory = modelDirectory(this.#config.root, request.repository, { layout });
    return { directory, selection, mustBeModel };
  }

  async #snapshotTarget(
    request: DownloadRequest,
  ): Promise<Omit<RepositoryTarget, "selection" | "mustBeModel">> {
    const { repository } = request;
    const root = hubCacheRoot(this.#config);
    const cache = hubCachePlace(root, repository);
    const known = await this.#tryDisk(
      () => localSnapshot(this.#files, cache, revisionOf(request)),
      cache.repository,
    );
    return {
      root,
      directory: known ?? cache.snapshots,
      directoryOf: (commit) => modelDirectory(root, repository, { layout: "hf-cache", commit }),
    };
  }

  async #tryDisk<T>(action: () => Promise<T>, directory: string): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw diskError(error, `read "${directory}"`);
    }
  }
}
