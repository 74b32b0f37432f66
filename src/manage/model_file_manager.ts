import { basename, join } from "node:path";
import type {
  Digest,
  Host,
  ListedModel,
  MigrationRequest,
  MigrationResult,
  ModelRequest,
  ModelStatus,
  SubjectConfig,
  RemovalPlan,
  RemoveRequest,
  RemoveResult,
  WaitOptions,
} from "../../spec/mod.ts";
import { diskError } from "../disk/disk_error.ts";
import { ModelError } from "../errors.ts";
import { DEFAULT_LAYOUT, layoutDefinitions, layoutNames } from "../layout/layouts/mod.ts";
import { modelPlace } from "../layout/model_directory.ts";
import { modelIdOf, repositoryOf } from "../layout/model_id.ts";
import { type ModelPlace, placeAt } from "../layout/model_place.ts";
import { isInside } from "../migrate/migration_journal.ts";
import { migrateModel, planMigration, undoMigration } from "../migrate/migrate_model.ts";
import { readCommitListing } from "../records/commit_listing.ts";
import { localPlace } from "../records/local_place.ts";
import { distrust } from "../records/distrust.ts";
import { readMarker } from "../records/marker.ts";
import { unnamedSnapshots } from "../records/unnamed_snapshots.ts";
import { identifyRepository } from "../places/identify_repository.ts";
import { rootOf } from "../layout/root_of.ts";
import { assertWritableRoot, whyAway } from "../places/root_volume.ts";
import type { GoingData } from "../places/links_into.ts";
import { type ListOptions, ModelFinder } from "../places/model_finder.ts";
import type { Survey } from "../places/survey_models.ts";
import { modelStatus, type StatusQuestion } from "../records/model_status.ts";
import { planRemoval, snapshotPlaces } from "./plan_removal.ts";
import { removeCachedModel } from "./remove_cached_model.ts";
import { removeModel } from "./remove_model.ts";
import { removeSnapshot } from "./remove_snapshot.ts";
import { confinedHost } from "../layout/confined_host.ts";

/** Options of {@linkcode ModelFileManager.status}. */
export interface StatusOptions extends WaitOptions {
  /** Whether the contents of what another client downloaded are hashed, or only sizes compared. @default {"all"} */
  readonly reads?: "all" | "sizes";
}

/** Options of a {@linkcode ModelFileManager}. */
export interface ModelFileManagerOptions {
  /** The app's own model ids and the repositories that they stand for. @default {{}} */
  readonly repositories?: Readonly<Record<string, string>>;
}

/**
 * Finds, lists, verifies, removes and moves the models on disk; uses no network: `STATUS-LOCAL`.
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
  /** As it was given: what the caller names may lie outside the roots. */
  readonly #machine: Host;
  readonly #host: Host;
  readonly #config: SubjectConfig;
  readonly #repositories: Readonly<Record<string, string>>;
  readonly #finder: ModelFinder;

  /**
   * Makes a manager; it reads nothing until it is asked.
   *
   * @param host the outside world; its network is not used
   * @param config the root that holds the models, and the environment variables that say where the hub's cache is
   */
  constructor(host: Host, config: SubjectConfig, options: ModelFileManagerOptions = {}) {
    this.#machine = host;
    this.#host = confinedHost(host, config);
    this.#config = config;
    this.#repositories = options.repositories ?? {};
    this.#finder = new ModelFinder(host, config);
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

  /**
   * The directory in which a model belongs, whether it is there or not: `LAYOUT-PATH`.
   *
   * @returns an absolute path
   *
   * @throws {ModelError} `invalid-argument` for layout `hf-cache` unless the revision is a commit
   */
  directoryOf(request: ModelRequest): string {
    const { repository, revision: commit, layout = DEFAULT_LAYOUT } = request;
    return modelPlace(this.#config, repository, { layout, commit }).directory;
  }

  /**
   * The directory of a model, or undefined when there is nothing of it: `LAYOUT-AGREE`. What no layout has below the root
   * is looked for in the stores of other tools.
   *
   * A request that names a layout is answered for that layout alone.
   */
  async locate(request: ModelRequest): Promise<string | undefined> {
    return (await this.#finder.findAnywhere(request))?.directory;
  }

  /**
   * Says whether a model is complete: `STATUS-ANSWERS`. Only files that changed since they were verified are hashed.
   *
   * @throws {ModelError} `cancelled`, or the code of a disk that fails
   */
  async status(request: ModelRequest, options: StatusOptions = {}): Promise<ModelStatus> {
    const { reads = "all" } = options;
    const unmarked = reads === "all" ? "hashes" : "sizes";
    return this.#status(request, { ...options, hash: "touched", unmarked });
  }

  /**
   * As {@linkcode status}, with every byte hashed: `VERIFY-ROT`. A model of which a file is not as it was downloaded is noted
   * as unfinished, so that the next download hashes it too and repairs it.
   *
   * @throws {ModelError} `cancelled`, or the code of a disk that fails
   */
  async verify(request: ModelRequest, options: WaitOptions = {}): Promise<ModelStatus> {
    return this.#status(request, { ...options, hash: "always" });
  }

  /**
   * Lists every model under the root, of all layouts, and those in the stores of other tools: `PLACE-FOUND`.
   *
   * @param options `onUnreadable`: called with each directory that may not be read, and so is left out
   *
   * @throws {ModelError} the code of a disk that fails
   */
  async list(options: ListOptions = {}): Promise<readonly ListedModel[]> {
    return (await this.survey(options)).models;
  }

  /**
   * As {@linkcode list}, with what all models take on the disk, and the stores that MLX cannot open.
   *
   * @throws {ModelError} the code of a disk that fails
   */
  async survey(options: ListOptions = {}): Promise<Survey> {
    return this.#finder.survey({ ...options, repositories: this.#repositories });
  }

  /**
   * Removes a model; from the hub's cache all that there is of it, or the snapshot of the revision that was asked for.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async remove(request: RemoveRequest, options: WaitOptions = {}): Promise<RemoveResult> {
    await this.assertWritable();
    const place = await this.#placeOf(request);
    const { root, cache } = place;
    if (request.force !== true) await this.#assertUnlinked(place, request.revision === undefined);
    const removal = { name: request.repository, signal: options.signal };
    if (cache === undefined) return removeModel(this.#host, place, removal);
    return request.revision === undefined
      ? removeCachedModel(this.#host, { root, cache }, removal)
      : removeSnapshot(this.#host, place, removal);
  }

  /**
   * Says what {@linkcode remove} would take away, and writes nothing: `REMOVE-PLAN`.
   *
   * @throws {ModelError} `not-downloaded`
   */
  async planRemoval(request: ModelRequest): Promise<RemovalPlan> {
    const place = await this.#placeOf(request);
    const { files } = this.#host;
    const { directory, cache } = place;
    return this.#tryDisk(async () => {
      const isAll = cache !== undefined && request.revision === undefined;
      const places = isAll ? await snapshotPlaces(files, place) : [place];
      const plan = await planRemoval(files, places);
      if (plan.files.length === 0 && plan.bytesFreed === 0)
        throw nothingToRemove(request.repository, directory);
      return this.#withLinks(plan, place, request.revision === undefined);
    }, directory);
  }

  /**
   * The copy that a directory is, below the root or in another tool's store: what {@linkcode removeDirectory} removes.
   *
   * @throws {ModelError} `not-downloaded` for a directory that no listing has
   */
  async copyIn(directory: string): Promise<ListedModel> {
    for (const model of await this.list()) if (model.directory === directory) return model;
    throw nothingToRemove(directory, directory);
  }

  /** As {@linkcode planRemoval}, for a copy that is named by its directory. */
  async planDirectoryRemoval(directory: string): Promise<RemovalPlan> {
    const place = placeAt(rootOf(await this.copyIn(directory)), directory);
    return this.#tryDisk(async () => {
      const plan = await planRemoval(this.#finder.filesOf(place), [place]);
      return this.#withLinks(plan, place);
    }, directory);
  }

  /**
   * Removes a copy that is named by its directory, in whatever store; in the hub's cache that snapshot.
   *
   * @throws {ModelError} `not-downloaded` for a directory that no listing has
   */
  async removeDirectory(
    directory: string,
    options: WaitOptions & Pick<RemoveRequest, "force"> = {},
  ): Promise<RemoveResult> {
    const place = placeAt(rootOf(await this.copyIn(directory)), directory);
    this.#assertNotReadOnly(directory);
    if (options.force !== true) await this.#assertUnlinked(place);
    const host = { ...this.#host, files: this.#finder.filesOf(place) };
    const removal = { name: directory, signal: options.signal };
    return place.cache === undefined
      ? removeModel(host, place, removal)
      : removeSnapshot(host, place, removal);
  }

  /** The repository of a directory, as far as its name, its marker or what came with the files says it. */
  async repositoryIn(directory: string): Promise<string | undefined> {
    const { files } = this.#machine;
    return this.#tryDisk(async () => {
      const marker = await readMarker(files, directory);
      const stated = marker?.commit === "" ? undefined : marker?.source;
      const named = this.repositoryOf(basename(directory));
      return stated ?? named ?? (await identifyRepository(files, directory));
    }, directory);
  }

  /**
   * Moves a model to its place, says what that would do, or undoes it: `MIGRATE-PLAN`, `MIGRATE-SAFE`.
   *
   * @throws {ModelError} `not-downloaded` when there is nothing to move or to undo
   */
  async migrate(request: MigrationRequest, options: WaitOptions = {}): Promise<MigrationResult> {
    const { repository, step, layout = DEFAULT_LAYOUT } = request;
    if (step !== "plan") await this.assertWritable();
    const to = this.directoryOf({ repository, layout });
    const { root } = this.#config;
    const from =
      request.from ?? (await this.#tryDisk(() => this.#misplacedOf(repository, to), root));
    const isNamed = request.from !== undefined;
    if (step !== "plan") this.#assertNotReadOnly(from);
    const places = [
      join(root, this.modelIdOf(repository)),
      ...layoutNames(({ storage }) => storage === "directory").map((one) =>
        this.directoryOf({ repository, layout: one }),
      ),
    ];
    const migration = { repository, from, to, isNamed, places, signal: options.signal };
    const run = { plan: planMigration, move: migrateModel, undo: undoMigration }[step];
    const host =
      isNamed && !isInside(root, from)
        ? confinedHost(this.#machine, this.#config, [from])
        : this.#host;
    return this.#tryDisk(() => run(host, root, migration), from);
  }

  /**
   * Refuses to change anything below a root whose volume is away, or that may only be read: `PLACE-AWAY`.
   *
   * @throws {ModelError} `disk-io` or `access-denied`
   */
  async assertWritable(): Promise<void> {
    const { root } = this.#config;
    await this.#tryDisk(() => assertWritableRoot(this.#machine.files, this.#config), root);
  }

  async #withLinks(plan: RemovalPlan, place: ModelPlace, isAll = false): Promise<RemovalPlan> {
    const linkedFrom = await this.#finder.linksInto(goingData(place, isAll));
    return linkedFrom.length === 0 ? plan : { ...plan, linkedFrom };
  }

  /** Without its files other tools' links would lead nowhere: `REMOVE-LINKED`. */
  async #assertUnlinked(place: ModelPlace, isAll = false): Promise<void> {
    const [first, ...more] = await this.#finder.linksInto(goingData(place, isAll));
    if (first === undefined) return;
    const others = more.length === 0 ? "" : ` and ${more.length} more`;
    throw new ModelError(
      "access-denied",
      `Cannot remove "${place.directory}": "${first}"${others} of another store would lead nowhere; remove that copy first, or run the command again with --force`,
    );
  }

  /** What the user has marked is kept, whoever is asked to remove it. */
  #assertNotReadOnly(directory: string): void {
    const root = this.#readOnlyRootOf(directory);
    if (root === undefined) return;
    throw new ModelError(
      "access-denied",
      `Cannot change "${directory}": "${root}" was added to be read only`,
    );
  }

  /** The root that the user has marked, if a directory is in one. */
  #readOnlyRootOf(directory: string): string | undefined {
    const marked = [this.#config, ...(this.#config.roots ?? [])].filter((one) => one.isReadOnly);
    return marked
      .map(({ root }) => root)
      .find((root) => root === directory || isInside(root, directory));
  }

  /** Where a model lies that is not where it belongs: under the app's own name for it, or in another layout. */
  async #misplacedOf(repository: string, to: string): Promise<string> {
    const own = join(this.#config.root, this.modelIdOf(repository));
    // Worst first: what MLX does not find is what needs to move.
    const sources = layoutNames(({ isMigrationSource }) => isMigrationSource).toReversed();
    const places = sources.map((layout) => this.directoryOf({ repository, layout }));
    for (const place of [own, ...places]) {
      if (place !== to && (await this.#finder.kindOf(place)) === "directory") return place;
    }
    return places[0] ?? own;
  }

  /** The hashes that a model's marker states, by path. */
  async recordedDigests(directory: string): Promise<ReadonlyMap<string, Digest>> {
    const { files } = this.#host;
    const recorded = await this.#tryDisk(async () => {
      const marker = await readMarker(files, directory);
      return marker?.files ?? (await readCommitListing(files, placeAt(directory, directory)));
    }, directory);
    return new Map(recorded?.map((file) => [file.path, file.digest]));
  }

  async #status(
    request: ModelRequest,
    options: WaitOptions & Pick<StatusQuestion, "hash" | "unmarked">,
  ): Promise<ModelStatus> {
    const place = (await this.#finder.findAnywhere(request)) ?? (await this.#placeOf(request));
    const { directory } = place;
    const away = await this.#tryDisk(() => whyAway(this.#machine.files, this.#config), directory);
    if (away !== undefined && place.root === this.#config.root)
      return { state: "unknown", directory, why: away };
    const files = this.#finder.filesOf(place);
    const unnamed = await this.#tryDisk(() => unnamedSnapshots(files, place), directory);
    if (unnamed !== undefined) return { state: "unknown", directory, why: unnamed };
    const question = {
      place,
      source: request.repository,
      // Where each commit has a directory, the ref has said which one the revision means.
      revision: place.cache === undefined ? request.revision : undefined,
      hash: options.hash,
      ...(options.unmarked && { unmarked: options.unmarked }),
      signal: options.signal,
      onProgress: options.onProgress,
    };
    const status = await this.#tryDisk(() => modelStatus(files, question), directory);
    const isRotten =
      status.state === "incomplete" && status.faults.some(({ fault }) => fault === "hash");
    // A look changes nothing, and so do the stores of others.
    const isOwn = layoutDefinitions.some((layout) => layout.rootOf(this.#config) === place.root);
    const isNoted = isOwn && this.#readOnlyRootOf(directory) === undefined;
    if (isRotten && options.hash === "always" && isNoted) await distrust(this.#host.files, place);
    return status;
  }

  /** Where a model is, else where it would be. */
  async #placeOf(request: ModelRequest): Promise<ModelPlace> {
    const found = await this.#finder.find(request);
    if (found !== undefined) return found;
    const { layout = DEFAULT_LAYOUT } = request;
    return (await localPlace(this.#host.files, this.#config, { ...request, layout })).place;
  }

  async #tryDisk<T>(action: () => Promise<T>, directory: string): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw error instanceof ModelError ? error : diskError(error, `read "${directory}"`);
    }
  }
}

/** In the hub's cache the data lies beside the snapshots, of which one goes, or all. */
function goingData({ directory, cache }: ModelPlace, isAll: boolean): GoingData {
  if (cache === undefined) return { directories: [directory], owner: directory };
  const directories = [isAll ? cache.snapshots : directory, cache.blobs];
  return { directories, owner: cache.repository };
}

function nothingToRemove(name: string, directory: string): ModelError {
  return new ModelError(
    "not-downloaded",
    `Cannot remove "${name}": there is no model in "${directory}"; "mlx-layout list --long" shows those that there are`,
  );
}
