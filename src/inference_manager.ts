import { isAbsolute, relative, sep } from "node:path";
import type {
  CheckReport,
  CodeTrust,
  Digest,
  Environment,
  FileSystem,
  GenerateOptions,
  Host,
  LoadPlan,
  ModelRequest,
  PlanRuntime,
} from "../spec/mod.ts";
import { throwIfAborted } from "./cancellation.ts";
import { ModelError } from "./errors.ts";
import { checkDirectory } from "./load/check_directory.ts";
import { planLoad } from "./load/plan/load_plan.ts";
import {
  assertLoadable,
  generateText,
  loadModel,
  type PromptRequest,
  type RunningModel,
  type TimedGeneration,
} from "./run/generate_text.ts";

/** How an {@linkcode InferenceManager} finds models and runs them. */
export interface InferenceManagerOptions {
  /** Finds the directory of a model; undefined when there is none. */
  readonly locate: (request: ModelRequest) => Promise<string | undefined>;
  /** Reads the digests that a marker records for the files of a directory. */
  readonly digests?: (directory: string) => Promise<ReadonlyMap<string, Digest>>;
  /** Directory that links in a model may lead into, such as the one that holds all models. */
  readonly root?: string;
  /** What runners are started with; absent: models can be examined but not run. */
  readonly run?: Pick<Host, "clock" | "compute" | "programs"> & { readonly env: Environment };
}

/** How much of a model a check reads. */
export interface CheckDepth {
  /**
   * `headers`: names, sizes and the headers of weights, and no tensor, tokenizer or template.
   *
   * @default {"full"}
   */
  readonly depth?: "headers" | "full";
}

/** Names a model by its directory, wherever that is. */
export interface DirectoryRequest extends CodeTrust {
  /** Absolute path. */
  readonly directory: string;
}

/**
 * Finds a model in its place, checks it before any runtime opens it, and runs it: every requirement `LOAD-*`.
 *
 * @example Usage
 * ```ts
 * import { InferenceManager, nodeHost } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const manager = new InferenceManager(nodeHost().files, { locate: async () => undefined });
 * await assert.rejects(manager.check({ repository: "org/name" }), { code: "not-downloaded" });
 * await assert.rejects(manager.check({ directory: "/nowhere/model" }), { code: "not-downloaded" });
 * ```
 */
export class InferenceManager {
  readonly #files: FileSystem;
  readonly #options: InferenceManagerOptions;

  /**
   * Makes a manager; it reads nothing until it is asked.
   *
   * @param files the disk
   * @param options how models are found, and what runners are started with
   */
  constructor(files: FileSystem, options: InferenceManagerOptions) {
    this.#files = files;
    this.#options = options;
  }

  /**
   * Finds the directory that a runtime must open: `LAYOUT-AGREE`.
   *
   * @returns its absolute path
   * @throws {ModelError} `not-downloaded`
   */
  async locate(request: ModelRequest): Promise<string> {
    const directory = await this.#options.locate(request);
    if (directory !== undefined) return directory;
    throw new ModelError(
      "not-downloaded",
      `Cannot find "${request.repository}": no copy of it is on this disk; download it first`,
    );
  }

  /**
   * Finds everything that is wrong with a model's files: every `LOAD-*` requirement of the profile `core`.
   *
   * @throws {ModelError} `not-downloaded`, `cancelled`
   */
  async check(
    request: (ModelRequest & CodeTrust) | DirectoryRequest,
    options: { readonly signal?: AbortSignal } & CheckDepth = {},
  ): Promise<CheckReport> {
    const directory = "directory" in request ? request.directory : await this.locate(request);
    const digests = await this.#options.digests?.(directory);
    const { root } = this.#options;
    try {
      return await checkDirectory(this.#files, directory, {
        ...trustOf(request),
        ...(options.signal && { signal: options.signal }),
        ...(options.depth && { depth: options.depth }),
        ...(digests && { digests }),
        // A directory that the caller names may be elsewhere, where the root means nothing; so may the hub's cache.
        ...(root !== undefined &&
          !("directory" in request) &&
          isBelow(directory, root) && { root }),
      });
    } catch (error) {
      throwIfAborted(options.signal);
      throw error;
    }
  }

  /**
   * Finds which files of a model a runtime opens: `LOAD-PLAN`.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async plan(
    request: (ModelRequest & CodeTrust) | DirectoryRequest,
    options: { readonly runtime: PlanRuntime; readonly signal?: AbortSignal },
  ): Promise<LoadPlan> {
    const directory = "directory" in request ? request.directory : await this.locate(request);
    const { root } = this.#options;
    return await planLoad(this.#files, directory, {
      ...options,
      ...trustOf(request),
      ...(root !== undefined && !("directory" in request) && isBelow(directory, root) && { root }),
    });
  }

  /**
   * Checks a model and loads it into a runner, for several prompts; a wrong file is refused before any runtime sees
   * it: `LOAD-CHECKED`. Dispose of the model to end the runner.
   *
   * @throws {ModelError} `not-downloaded`, `corrupt-model`, `cancelled`, `unsupported` without the option `run`, or a
   * code `runner-…`
   */
  async load(
    request: ((ModelRequest & CodeTrust) | DirectoryRequest) &
      Pick<PromptRequest, "runner" | "limits">,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<RunningModel> {
    const { run, directory } = await this.#checked(request, options);
    const { runner, limits } = request;
    return await loadModel(directory, {
      ...run,
      ...trustOf(request),
      ...options,
      files: this.#files,
      limits,
      ...(runner && { runner }),
    });
  }

  /**
   * Checks a model, loads it into a runner, generates greedily once, and ends the runner.
   *
   * @throws {ModelError} as {@linkcode load}, and `invalid-argument` for a prompt that asks for nothing
   */
  async generate(
    request: (ModelRequest | DirectoryRequest) & PromptRequest,
    options: GenerateOptions = {},
  ): Promise<TimedGeneration> {
    const { run, directory } = await this.#checked(request, options);
    return await generateText(directory, request, { ...run, ...options, files: this.#files });
  }

  async #checked(
    request: (ModelRequest & CodeTrust) | DirectoryRequest,
    options: { readonly signal?: AbortSignal },
  ) {
    const { run } = this.#options;
    if (run === undefined) {
      throw new ModelError("unsupported", "Cannot run models: this manager only examines them");
    }
    const { signal } = options;
    const report = await this.check(request, { ...(signal && { signal }) });
    assertLoadable(report);
    return { run, directory: report.directory };
  }
}

function trustOf({ trustModelCode }: CodeTrust): CodeTrust {
  return trustModelCode === undefined ? {} : { trustModelCode };
}

function isBelow(directory: string, root: string): boolean {
  const way = relative(root, directory);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
