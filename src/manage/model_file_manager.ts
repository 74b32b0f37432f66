import type {
  Digest,
  Host,
  Layout,
  ListedModel,
  ModelRequest,
  ModelStatus,
  Place,
  RemoveResult,
  WaitOptions,
} from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { diskError } from "../disk/disk_error.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { modelDirectory } from "../layout/model_directory.ts";
import { modelIdOf, repositoryOf } from "../layout/model_id.ts";
import { listModels } from "./list_models.ts";
import { readMarker } from "./marker.ts";
import { modelStatus } from "./model_status.ts";
import { removeModel } from "./remove_model.ts";

/** Options of a {@linkcode ModelFileManager}. */
export interface ModelFileManagerOptions {
  /** The app's own model ids and the repositories that they stand for. @default {{}} */
  readonly repositories?: Readonly<Record<string, string>>;
}

/** Layouts that a model is looked for in, best first. */
const LOOKED_IN: readonly Layout[] = ["hubapi", "lmstudio", "flat"];

/**
 * Knows where models lie and in what state they are; uses no network: `STATUS-LOCAL`.
 *
 * @example Usage
 * ```ts
 * import { ModelFileManager, nodeHost } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const manager = new ModelFileManager(nodeHost(), { root: "/nowhere/Models", env: {} });
 * assert.equal(manager.modelIdOf("mlx-community/SmolLM-135M-4bit"), "mlx-community--SmolLM-135M-4bit");
 * assert.deepEqual(await manager.list(), []);
 * ```
 */
export class ModelFileManager {
  readonly #host: Host;
  readonly #root: string;
  readonly #repositories: Readonly<Record<string, string>>;

  constructor(host: Host, place: Place, options: ModelFileManagerOptions = {}) {
    this.#host = host;
    this.#root = place.root;
    this.#repositories = options.repositories ?? {};
  }

  /** The app's name for a repository: its own one where it has one, else `org--name`: `MANAGE-MAP`. */
  modelIdOf(repository: string): string {
    const own = Object.entries(this.#repositories).find(([, of]) => of === repository);
    return own?.[0] ?? modelIdOf(repository);
  }

  /** The repository that a model id stands for, if any. */
  repositoryOf(modelId: string): string | undefined {
    return this.#repositories[modelId] ?? repositoryOf(modelId);
  }

  /** Where a model is to lie, whether it is there or not: `LAYOUT-PATH`. */
  directoryOf(request: ModelRequest): string {
    const layout = request.layout ?? "hubapi";
    return modelDirectory(this.#root, request.repository, { layout });
  }

  /**
   * The directory of a model, or undefined when no layout has anything of it: `LAYOUT-AGREE`.
   *
   * A request that names a layout is answered for that layout alone.
   */
  async locate(request: ModelRequest): Promise<string | undefined> {
    for (const layout of request.layout === undefined ? LOOKED_IN : [request.layout]) {
      const directory = this.directoryOf({ ...request, layout });
      if (await this.#tryDisk(() => this.#holdsAnything(directory), directory)) return directory;
    }
    return undefined;
  }

  /** Whether a model is complete, as far as the disk tells. */
  async status(request: ModelRequest, options: WaitOptions = {}): Promise<ModelStatus> {
    return this.#status(request, { ...options, hash: "touched" });
  }

  /** As {@linkcode status}, with every byte hashed: `VERIFY-ROT`. */
  async verify(request: ModelRequest, options: WaitOptions = {}): Promise<ModelStatus> {
    return this.#status(request, { ...options, hash: "always" });
  }

  /** Every model under the root, of all layouts. */
  async list(): Promise<readonly ListedModel[]> {
    const { files } = this.#host;
    return this.#tryDisk(
      () => listModels(files, this.#root, { repositories: this.#repositories }),
      this.#root,
    );
  }

  /** Removes a model. @throws {ModelError} `not-downloaded` */
  async remove(request: ModelRequest, options: WaitOptions = {}): Promise<RemoveResult> {
    const directory = (await this.locate(request)) ?? this.directoryOf(request);
    return removeModel(this.#host, this.#root, {
      directory,
      name: request.repository,
      signal: options.signal,
    });
  }

  /** The hashes that a model's marker states, by path. */
  async recordedDigests(directory: string): Promise<ReadonlyMap<string, Digest>> {
    const marker = await this.#tryDisk(() => readMarker(this.#host.files, directory), directory);
    return new Map(marker?.files.map((file) => [file.path, file.digest]));
  }

  async #status(
    request: ModelRequest,
    options: WaitOptions & { readonly hash: "always" | "touched" },
  ): Promise<ModelStatus> {
    const directory = (await this.locate(request)) ?? this.directoryOf(request);
    const question = {
      directory,
      source: request.repository,
      revision: request.revision,
      hash: options.hash,
      signal: options.signal,
    };
    return this.#tryDisk(() => modelStatus(this.#host.files, question), directory);
  }

  async #holdsAnything(directory: string): Promise<boolean> {
    if ((await this.#kindOf(directory)) !== "directory") return false;
    return (await namesIn(this.#host.files, directory)).length > 0;
  }

  async #kindOf(path: string): Promise<string | undefined> {
    if ((await lstatIfThere(this.#host.files, path)) === undefined) return undefined;
    try {
      return (await this.#host.files.stat(path)).kind;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async #tryDisk<T>(action: () => Promise<T>, directory: string): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof ModelError ? error : diskError(error, `read "${directory}"`);
    }
  }
}
