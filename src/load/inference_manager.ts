import { isAbsolute, relative, sep } from "node:path";
import type { CheckReport, Digest, FileSystem, ModelRequest } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { checkDirectory } from "./check_directory.ts";

/** How an {@linkcode InferenceManager} finds models. */
export interface InferenceManagerOptions {
  /** Gives the directory of a model, or undefined when there is none. */
  readonly locate: (request: ModelRequest) => Promise<string | undefined>;
  /** Gives the digests that a marker records for the files of a directory. */
  readonly digests?: (directory: string) => Promise<ReadonlyMap<string, Digest>>;
  /** Directory that links in a model may lead into, such as the one that holds all models. */
  readonly root?: string;
}

/** A directory that holds a model, wherever it is. */
export interface DirectoryRequest {
  readonly directory: string;
}

/**
 * Finds a model in its place and examines it before any runtime opens it.
 *
 * @example Usage
 * ```ts
 * import { InferenceManager, nodeHost } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const manager = new InferenceManager(nodeHost().files, { locate: async () => undefined });
 * await assert.rejects(manager.check({ repository: "org/name" }), { code: "not-downloaded" });
 * ```
 */
export class InferenceManager {
  readonly #files: FileSystem;
  readonly #options: InferenceManagerOptions;

  constructor(files: FileSystem, options: InferenceManagerOptions) {
    this.#files = files;
    this.#options = options;
  }

  /**
   * Gives the directory that a runtime has to open: `LAYOUT-AGREE`.
   *
   * @throws ModelError with the code `not-downloaded`
   */
  async locate(request: ModelRequest): Promise<string> {
    const directory = await this.#options.locate(request);
    if (directory !== undefined) return directory;
    throw new ModelError(
      "not-downloaded",
      `Cannot find "${request.repository}" as no copy of it is on this disk: download it first`,
    );
  }

  /**
   * Says everything that is wrong with a model's files: every `LOAD-*` requirement of the profile `core`.
   *
   * @throws ModelError with the code `not-downloaded`
   */
  async check(
    request: ModelRequest | DirectoryRequest,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<CheckReport> {
    const directory = "directory" in request ? request.directory : await this.locate(request);
    const digests = await this.#options.digests?.(directory);
    const { root } = this.#options;
    return await checkDirectory(this.#files, directory, {
      ...(options.signal && { signal: options.signal }),
      ...(digests && { digests }),
      // A directory that the caller names may lie elsewhere, where the root means nothing.
      // Nor does it in the hub's cache, which may lie elsewhere too.
      ...(root !== undefined && !("directory" in request) && isBelow(directory, root) && { root }),
    });
  }
}

function isBelow(directory: string, root: string): boolean {
  const way = relative(root, directory);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
