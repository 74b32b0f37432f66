import { basename, relative, sep } from "node:path";
import { LAYOUTS, type ShareRequest, type SubjectConfig } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";
import { blobLink, hubCachePlace, isCommit, refPath } from "../layout/hub_cache.ts";
import { layoutDefinition } from "../layout/layouts/mod.ts";
import { modelIdOf } from "../layout/model_id.ts";
import { directoryPlace, type ModelPlace, snapshotPlace } from "../layout/model_place.ts";
import { fillTemplate } from "../layout/path_template.ts";
import { parseRepositoryId } from "../layout/repository_id.ts";

/** Where a model gets its place in a store. */
export type TargetRequest = Pick<ShareRequest, "repository" | "into" | "layout" | "naming">;

/** The directory of a model in a store. */
export interface TargetPlace {
  readonly place: ModelPlace;
  /** What everything that is made lies below: the model's directory, in the hub's cache the repository's. */
  readonly base: string;
}

/** The directory of a model in a store, and what it may hold. */
export interface ShareTarget extends TargetPlace {
  /** Whether it is a root of the implementation itself, where a marker says what was verified. */
  readonly isOwn: boolean;
}

/**
 * The place that a model gets: `SHARE-VISIBLE`.
 *
 * @param commit names the snapshot in the hub's cache
 * @throws {ModelError} `invalid-argument` for a malformed id, and in the hub's cache without a commit
 */
export function shareTarget(
  config: SubjectConfig,
  request: TargetRequest,
  commit: string,
): ShareTarget {
  const { into, layout } = request;
  const isOwn = layoutDefinition(layout).rootOf(config) === into;
  return { ...targetPlace(request, commit), isOwn };
}

/**
 * As {@linkcode shareTarget}, whoever's the store is.
 *
 * @throws {ModelError} as {@linkcode shareTarget}
 */
export function targetPlace(request: TargetRequest, commit: string): TargetPlace {
  const { repository, into, layout } = request;
  if (layout !== "hf-cache") {
    const place = directoryPlace(into, directoryIn(request));
    return { place, base: place.directory };
  }
  if (!isCommit(commit)) {
    throw new ModelError(
      "invalid-argument",
      `Cannot share "${repository}" with "${into}": that cache has a directory for each commit, and nothing says of which commit the copy is; run "mlx-layout adopt" and "mlx-layout download" first`,
    );
  }
  const cache = hubCachePlace(into, repository);
  return { place: snapshotPlace(into, cache, commit), base: cache.repository };
}

function directoryIn({ repository, into, layout, naming }: TargetRequest): string {
  const { org, name } = parseRepositoryId(repository);
  return fillTemplate(LAYOUTS[layout], into, {
    org,
    name: naming === "dots as ___" ? name.replaceAll(".", "___") : name,
    "model id": naming === "slash as _" ? `${org}_${name}` : modelIdOf(repository),
  });
}

/** Where the data of a file lies below the base. */
export function dataPath({ place }: ShareTarget, path: string, digest: string): string {
  return place.cache === undefined ? path : `blobs/${digest.slice(digest.indexOf(":") + 1)}`;
}

/** The link of a snapshot to a content, and where it lies below the base; undefined in a directory that holds the files. */
export function linkTo(
  { place }: ShareTarget,
  path: string,
  digest: string,
): { readonly at: string; readonly text: string } | undefined {
  if (place.cache === undefined) return undefined;
  const text = blobLink(path, digest.slice(digest.indexOf(":") + 1));
  return { at: `snapshots/${basename(place.directory)}/${path}`, text };
}

/** Where the ref of a branch or tag lies below the base; undefined for a commit, and outside the hub's cache. */
export function refAt({ place, base }: ShareTarget, revision: string): string | undefined {
  if (place.cache === undefined || revision === "" || isCommit(revision)) return undefined;
  return relative(base, refPath(place.cache, revision)).split(sep).join("/");
}
