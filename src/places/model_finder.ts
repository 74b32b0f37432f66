import type { FileSystem, Host, ModelRequest, Store, SubjectConfig } from "../../spec/mod.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { diskError, errnoOf } from "../disk/disk_error.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { confinedHost } from "../layout/confined_host.ts";
import { layoutDefinitions, layoutNames } from "../layout/layouts/mod.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { localPlace } from "../records/local_place.ts";
import { type GoingData, linksInto } from "./links_into.ts";
import { readableFiles } from "./readable_files.ts";
import { whyAway } from "./root_volume.ts";
import { storesOf, type Survey, type SurveyOptions, surveyModels } from "./survey_models.ts";

/** Options of a listing. */
export interface ListOptions {
  /** Called with each directory that may not be read, and so is left out. */
  readonly onUnreadable?: (directory: string) => void;
  /** Whether the stores of other tools are looked in too, or only the root and the hub's cache. @default {"all"} */
  readonly places?: "all" | "root";
}

/** Finds models below the root and in the stores of other tools; it writes nothing: `PLACE-NO-WRITE`. */
export class ModelFinder {
  /** As it was given: stores lie outside the roots. */
  readonly #machine: Host;
  readonly #host: Host;
  readonly #config: SubjectConfig;

  constructor(host: Host, config: SubjectConfig) {
    this.#machine = host;
    this.#host = confinedHost(host, config);
    this.#config = config;
  }

  /** The first place below the roots of the layouts that has anything of a model. */
  async find(request: ModelRequest): Promise<ModelPlace | undefined> {
    return this.#find(request, {
      files: this.#host.files,
      config: this.#config,
      layouts: layoutNames(),
    });
  }

  /** As {@linkcode find}, then in the stores of other tools; a request that names a layout is about the root alone. */
  async findAnywhere(request: ModelRequest): Promise<ModelPlace | undefined> {
    const own = await this.find(request);
    if (own !== undefined || request.layout !== undefined) return own;
    for await (const { root, layouts } of this.#elsewhere()) {
      const place = await this.#find(request, {
        // A store that may not be read has nothing for us.
        files: readableFiles(this.#confined([root]), {
          root: this.#config.root,
          onUnreadable: () => {},
        }),
        config: { root, env: {} },
        layouts,
      });
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /**
   * The further roots in their order, without those whose volume is away, then the stores: `PLACE-ROOTS`, `PLACE-AWAY`. Each is
   * looked at only when those before it have nothing, as its disk may fail or be slow.
   */
  async *#elsewhere(): AsyncGenerator<{ readonly root: string } & Pick<Store, "layouts">> {
    const { root: own, env, roots = [] } = this.#config;
    const files = readableFiles(this.#machine.files, { root: own, onUnreadable: () => {} });
    for (const one of roots) {
      const away = await tryDisk(() => whyAway(files, { ...one, env }), one.root);
      if (away === undefined) yield { root: one.root, layouts: layoutNames() };
    }
    const stores = await tryDisk(() => storesOf(this.#machine.files, this.#config), own);
    for (const { root, store } of stores) yield { root, layouts: store.layouts };
  }

  /** A disk on which nothing is read through a link that leads out of a place's root. */
  filesOf({ root }: ModelPlace): FileSystem {
    const isOwn = layoutDefinitions.some(({ rootOf }) => rootOf(this.#config) === root);
    return isOwn ? this.#host.files : this.#confined([root]);
  }

  /**
   * Describes all that there is.
   *
   * @throws {ModelError} the code of a disk that fails
   */
  async survey(options: ListOptions & Pick<SurveyOptions, "repositories">): Promise<Survey> {
    const { onUnreadable, places = "all", repositories } = options;
    const config = this.#config;
    return tryDisk(async () => {
      const stores =
        places === "all" ? await storesOf(this.#machine.files, config, onUnreadable) : [];
      const further = places === "all" ? (config.roots ?? []) : [];
      const files = this.#confined([...further, ...stores].map(({ root }) => root));
      return surveyModels(
        files,
        { ...config, roots: further },
        { stores, repositories, onUnreadable },
      );
    }, config.root);
  }

  /**
   * The links in the stores of other tools that lead into directories: what would lead nowhere without them.
   *
   * @param going what would go
   */
  async linksInto(going: GoingData): Promise<readonly string[]> {
    const config = this.#config;
    return tryDisk(async () => {
      const stores = await storesOf(this.#machine.files, config);
      const further = (config.roots ?? []).map(({ root }) => ({ root, layouts: layoutNames() }));
      const places = stores.map(({ root, store }) => ({ root, layouts: store.layouts }));
      const files = readableFiles(this.#machine.files, { root: "", onUnreadable: () => {} });
      return linksInto(files, [...further, ...places], going);
    }, config.root);
  }

  /** A disk on which what lies below any root or store is read, also through links between them, and nothing else through a link. */
  async filesOfAll({ places = "all" }: Pick<ListOptions, "places"> = {}): Promise<FileSystem> {
    const { root } = this.#config;
    if (places === "root") return this.#host.files;
    const stores = await tryDisk(() => storesOf(this.#machine.files, this.#config), root);
    const further = this.#config.roots ?? [];
    return this.#confined([...further, ...stores].map((one) => one.root));
  }

  /** What kind of entry a path leads to; undefined where there is none. */
  async kindOf(path: string, files = this.#host.files): Promise<string | undefined> {
    if ((await lstatIfThere(files, path)) === undefined) return undefined;
    try {
      return (await files.stat(path)).kind;
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  async #find(
    request: ModelRequest,
    where: {
      readonly files: FileSystem;
      readonly config: SubjectConfig;
      readonly layouts: readonly Exclude<ModelRequest["layout"], undefined>[];
    },
  ): Promise<ModelPlace | undefined> {
    const { files, config, layouts } = where;
    for (const layout of request.layout === undefined ? layouts : [request.layout]) {
      const { place, isKnown } = await localPlace(files, config, { ...request, layout });
      const { directory } = place;
      if (isKnown && (await tryDisk(() => this.#holdsAnything(files, directory), directory)))
        return place;
    }
    return undefined;
  }

  async #holdsAnything(files: FileSystem, directory: string): Promise<boolean> {
    if ((await this.kindOf(directory, files)) !== "directory") return false;
    return (await namesIn(files, directory)).some((name) => !isDesktopFile(name));
  }

  #confined(more: readonly string[]): FileSystem {
    return confinedHost(this.#machine, this.#config, more).files;
  }
}

async function tryDisk<T>(action: () => Promise<T>, directory: string): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof ModelError ? error : diskError(error, `read "${directory}"`);
  }
}
