import { dirname, resolve } from "node:path";
import type {
  Host,
  ShareRequest,
  ShareResult,
  SubjectConfig,
  WaitOptions,
} from "../../spec/mod.ts";
import { diskError } from "../disk/disk_error.ts";
import { ModelError } from "../errors.ts";
import { confinedHost } from "../layout/confined_host.ts";
import { hubCachePlaceOf } from "../layout/hub_cache.ts";
import { type ModelPlace, placeAt } from "../layout/model_place.ts";
import { isInside } from "../migrate/migration_journal.ts";
import { ModelFinder } from "../places/model_finder.ts";
import { assertWritableRoot, whyAway } from "../places/root_volume.ts";
import { forgetShares } from "./share_journal.ts";
import { planModelShare, shareModel } from "./share_model.ts";
import { undoShare } from "./undo_share.ts";

/** What a {@linkcode ModelSharer} knows beside its configuration. */
export interface ModelSharerOptions {
  /** The app's own model ids and the repositories that they stand for. @default {{}} */
  readonly repositories?: Readonly<Record<string, string>>;
}

/**
 * Lets another tool's store have a copy too, on the same data on the disk; uses no network: `SHARE-VISIBLE`, `SHARE-ONCE`.
 *
 * No link leads from one store into another: weights have a second name there, and everything else is a copy of its own. So the
 * removal of one copy never breaks the other.
 */
export class ModelSharer {
  readonly #host: Host;
  readonly #config: SubjectConfig;
  readonly #finder: ModelFinder;
  readonly #repositories: Readonly<Record<string, string>>;

  constructor(host: Host, config: SubjectConfig, options: ModelSharerOptions = {}) {
    this.#host = host;
    this.#config = config;
    this.#finder = new ModelFinder(host, config);
    this.#repositories = options.repositories ?? {};
  }

  /**
   * Says what a share would do, does it or finishes it, or takes it back.
   *
   * @throws {ModelError} `not-downloaded` when there is nothing to share or to undo, `integrity` where its bytes are not the recorded
   * ones, `access-denied` where the store has something else in its place, `unsupported` where weights would be copied and may not
   */
  async share(request: ShareRequest, options: WaitOptions = {}): Promise<ShareResult> {
    const into = resolve(request.into);
    const asked = { ...request, into, ...(request.from && { from: resolve(request.from) }) };
    const { signal, onProgress } = options;
    const { step, repository } = asked;
    try {
      if (step !== "plan") await this.#assertWritable(into);
      if (step === "undo") {
        const isCopy = (directory: string) => this.#isCopy(asked, directory);
        const host = this.#confined([into]);
        return await undoShare(host, { config: this.#config, request: asked, isCopy, signal });
      }
      const from = await this.#copyOf(asked);
      assertApart(from.directory, into);
      const host = this.#confined([into, from.root]);
      const task = { config: this.#config, request: asked, from, signal, onProgress };
      return await (step === "plan" ? planModelShare(host, task) : shareModel(host, task));
    } catch (error) {
      throw diskError(error, `share "${repository}" with "${into}"`);
    }
  }

  /** Drops what is recorded of shares from or into a directory that was removed. */
  async forget(removed: string): Promise<void> {
    const { root } = this.#config;
    try {
      await forgetShares(this.#confined([]).files, root, removed);
    } catch (error) {
      throw diskError(error, `forget the shares of "${removed}"`);
    }
  }

  #confined(roots: readonly string[]): Host {
    return confinedHost(this.#host, this.#config, roots);
  }

  async #copyOf({ repository, from }: ShareRequest): Promise<ModelPlace> {
    if (from !== undefined) {
      const cache = hubCachePlaceOf(from);
      return placeAt(cache === undefined ? from : dirname(cache.repository), from);
    }
    const found = await this.#finder.findAnywhere({ repository });
    if (found !== undefined) return found;
    throw new ModelError(
      "not-downloaded",
      `Cannot share "${repository}": no copy of it is under "${this.#config.root}" or in any known store; run "mlx-layout download ${repository}"`,
    );
  }

  /** Whether a directory is a copy of the repository, or the caller says so. */
  async #isCopy({ repository, from }: ShareRequest, directory: string): Promise<boolean> {
    if (from === directory) return true;
    const { models } = await this.#finder.survey({ repositories: this.#repositories });
    return models.some(
      (model) =>
        model.directory === directory &&
        (model.repository === repository || model.repository === undefined),
    );
  }

  /** The journal lies below the root, and the store is changed. */
  async #assertWritable(into: string): Promise<void> {
    const { files } = this.#host;
    await assertWritableRoot(files, this.#config);
    const { env, roots = [] } = this.#config;
    const holders = roots.filter(({ root }) => root === into || isInside(root, into));
    let away = await whyAway(files, { root: into, env });
    for (const one of holders) away ??= await whyAway(files, { ...one, env });
    const marked = holders.find(({ isReadOnly }) => isReadOnly);
    if (away === undefined && marked === undefined) return;
    throw new ModelError(
      away === undefined ? "access-denied" : "disk-io",
      away === undefined
        ? `Cannot change "${into}": "${marked?.root}" was added to be read only`
        : `Cannot change anything below "${into}": ${away}; connect that volume, or name another store`,
    );
  }
}

/** A store is a collection of models, and never a model's own directory. */
function assertApart(directory: string, into: string): void {
  if (into !== directory && !isInside(directory, into)) return;
  throw new ModelError(
    "invalid-argument",
    `Cannot share with "${into}": it lies in the copy itself; name the directory of a store, which holds models`,
  );
}
