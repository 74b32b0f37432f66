import { join } from "node:path";
import { type Clock, type FileSystem, type StoreName, STORES } from "../../spec/mod.ts";
import { diskError, errnoOf } from "../disk/disk_error.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { walk } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { placeAt } from "../layout/model_place.ts";
import { rootOf } from "../layout/root_of.ts";
import type { ModelFinder } from "../places/model_finder.ts";
import { readMarker } from "../records/marker.ts";
import type { ModelCopy } from "./copy_record.ts";
import { examineCopy, isUnchanged, type OfferedModel } from "./offered_model.ts";

/** Options of a {@linkcode Catalog}. */
export interface CatalogOptions {
  readonly places: "all" | "root";
  /** Whether copies of which nothing is recorded are offered too. */
  readonly unverified: boolean;
  /** Repositories of model ids that the app chose itself. */
  readonly repositories: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Called with what keeps a copy from being examined. */
  readonly onTrouble: (error: ModelError) => void;
}

/** What there is of a repository at a revision. */
export type Found =
  | { readonly kind: "model"; readonly model: OfferedModel; readonly files: FileSystem }
  | { readonly kind: "no-repository" }
  | { readonly kind: "no-revision"; readonly revisions: readonly string[] };

/** What a look at all models found, and when. */
interface Look {
  readonly atMs: number;
  readonly files: FileSystem;
  readonly copies: readonly ModelCopy[];
}

/** What is asked for in vain is looked for anew, but not more often than this. */
const LOOK_MS_MIN = 2_000;

/** The copies that are offered. They are examined when they are first asked for, one at a time, and that is remembered. */
export class Catalog {
  readonly #finder: ModelFinder;
  readonly #clock: Clock;
  readonly #options: CatalogOptions;
  readonly #examined = new Map<string, Promise<OfferedModel | undefined>>();
  /** Copies as they were when they were last whole. */
  readonly #offered = new Map<string, OfferedModel>();
  /** How copies looked that may not be offered: they are read anew once that changes. */
  readonly #refused = new Map<string, string>();
  #look: Promise<Look> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(finder: ModelFinder, clock: Clock, options: CatalogOptions) {
    this.#finder = finder;
    this.#clock = clock;
    this.#options = options;
  }

  /** The copies that may be offered, as far as sizes say it. @throws {ModelError} the code of a disk that fails */
  async copies(): Promise<readonly ModelCopy[]> {
    return (await this.#known()).copies;
  }

  /**
   * Finds the copy of a revision: a commit, or a branch or tag by which a copy was downloaded.
   *
   * @throws {ModelError} the code of a disk that fails
   */
  async find(repository: string, revision: string): Promise<Found> {
    const found = await this.#findIn(await this.#known(), { repository, revision });
    if (found.kind === "model") return found;
    const look = await this.#known({ isFresh: true });
    return this.#findIn(look, { repository, revision });
  }

  /** Examines a copy anew when it is asked for again. */
  forget({ directory }: OfferedModel): void {
    this.#examined.delete(directory);
  }

  async #findIn(
    { files, copies }: Look,
    { repository, revision }: { readonly repository: string; readonly revision: string },
  ): Promise<Found> {
    const revisions: string[] = [];
    for (const copy of copies.filter(({ listed }) => listed.repository === repository)) {
      const model = await this.#examine(files, copy);
      if (model === undefined) continue;
      const names = [model.commit, ...(await this.#revisionsOf(files, copy, model))];
      if (names.includes(revision)) return { kind: "model", model, files };
      revisions.push(...names);
    }
    return revisions.length === 0
      ? { kind: "no-repository" }
      : { kind: "no-revision", revisions: [...new Set(revisions)] };
  }

  /** The branches and tags that a copy is known to be of. One of which nothing is recorded is the only one that there is. */
  async #revisionsOf(
    files: FileSystem,
    { place: { cache } }: ModelCopy,
    { commit, directory }: OfferedModel,
  ): Promise<readonly string[]> {
    if (cache === undefined) return [(await readMarker(files, directory))?.revision ?? "main"];
    const named: string[] = [];
    for await (const { path, stat } of walk(files, cache.refs)) {
      if (stat.kind !== "file") continue;
      const text = await readSmallFile(files, join(cache.refs, path));
      if (text?.trim() === commit) named.push(path);
    }
    return named;
  }

  async #examine(files: FileSystem, copy: ModelCopy): Promise<OfferedModel | undefined> {
    const { directory } = copy.listed;
    const known = await this.#examined.get(directory);
    if (known !== undefined && (await isUnchanged(files, known))) return known;
    const look = await this.#lookOf(files, directory);
    if (look !== undefined && this.#refused.get(directory) === look) return undefined;
    const examined = this.#queue.then(() => this.#tryExamine(files, copy));
    this.#queue = examined.catch(() => undefined);
    this.#examined.set(directory, examined);
    if ((await examined) !== undefined) this.#refused.delete(directory);
    else if (look !== undefined) this.#refused.set(directory, look);
    return examined;
  }

  /** How the files of a copy look from outside; undefined where that cannot be said. */
  async #lookOf(files: FileSystem, directory: string): Promise<string | undefined> {
    const seen: unknown[] = [];
    try {
      for await (const { path, stat } of walk(files, directory)) {
        const { kind, sizeBytes, modifiedMs, inode } =
          stat.kind === "link" ? await files.stat(join(directory, path)) : stat;
        seen.push([path, kind, sizeBytes, modifiedMs, String(inode)]);
      }
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
    return JSON.stringify(seen);
  }

  /** A copy that cannot be examined hides no other one. */
  async #tryExamine(files: FileSystem, copy: ModelCopy): Promise<OfferedModel | undefined> {
    const { unverified, signal, onTrouble } = this.#options;
    try {
      const { directory } = copy.listed;
      const earlier = this.#offered.get(directory);
      const model = await examineCopy(files, copy, { unverified, earlier, signal });
      if (model !== undefined) this.#offered.set(directory, model);
      return model;
    } catch (error) {
      const failure = diskError(error, `read "${copy.listed.directory}"`);
      if (errnoOf(error) === undefined || !(failure instanceof ModelError)) throw error;
      onTrouble(failure);
      return undefined;
    }
  }

  async #known({ isFresh = false } = {}): Promise<Look> {
    const nowMs = this.#nowMs();
    const look = await this.#look;
    if (look !== undefined && (!isFresh || nowMs - look.atMs < LOOK_MS_MIN)) return look;
    const next = this.#lookAround(nowMs);
    this.#look = next;
    try {
      return await next;
    } catch (error) {
      this.#look = undefined;
      throw error;
    }
  }

  async #lookAround(atMs: number): Promise<Look> {
    const { places, repositories } = this.#options;
    const files = await this.#finder.filesOfAll({ places });
    const { models } = await this.#finder.survey({ places, repositories });
    const copies = models.flatMap((listed) => {
      const { repository, state, directory } = listed;
      if (repository === undefined || state === "incomplete") return [];
      return [{ listed: { ...listed, repository }, place: placeAt(rootOf(listed), directory) }];
    });
    copies.sort((one, two) => rankOf(one) - rankOf(two));
    return { atMs, files, copies };
  }

  #nowMs(): number {
    return this.#clock.elapsedMs?.() ?? this.#clock.now();
  }
}

const STORE_NAMES = Object.keys(STORES) as StoreName[];

/** The root first, then the stores in the order of their table. */
function rankOf({ listed: { store } }: ModelCopy): number {
  return store === undefined ? -1 : STORE_NAMES.indexOf(store);
}
