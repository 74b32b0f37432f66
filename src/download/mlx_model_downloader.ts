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
import { ModelError } from "../errors.ts";
import type { RetryPolicy } from "../hub/retry.ts";
import { DEFAULT_LAYOUT, layoutNames } from "../layout/layouts/mod.ts";
import { modelPlace } from "../layout/model_directory.ts";
import { selectionOf } from "../layout/select_files.ts";
import { localPlace } from "../records/local_place.ts";
import { DelegatedDownloader } from "./delegated_downloader.ts";
import type { DownloadPlan } from "./download_plan.ts";
import {
  type RepositoryDownloadOptions,
  RepositoryDownloader,
  type RepositoryTarget,
} from "./repository_downloader.ts";
import { confinedHost } from "../layout/confined_host.ts";

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
 * const config = { root: "/nowhere/Models", env: { HF_HUB_OFFLINE: "1" } };
 * const downloader = new MlxModelDownloader(nodeHost(), config);
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
    this.#files = confinedHost(host, config).files;
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
    const { repository, layout = DEFAULT_LAYOUT } = request;
    const targets = layoutNames(({ isDownloadTarget }) => isDownloadTarget);
    if (!targets.includes(layout)) {
      const expected = targets.join(", ");
      throw new ModelError(
        "unsupported",
        `Cannot download "${repository}" into layout "${layout}"; use one of ${expected}`,
        { expected, actual: layout },
      );
    }
    const selection = selectionOf(request, DEFAULT_PATTERNS);
    const { place } = await localPlace(this.#files, this.#config, { ...request, layout });
    return {
      place,
      ...(place.cache !== undefined && {
        placeOf: (commit) => modelPlace(this.#config, repository, { layout, commit }),
      }),
      selection,
      mustBeModel: !selection.isChosen,
    };
  }
}
