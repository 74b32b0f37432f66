import type { FileSystem, Layout, ModelRequest, SubjectConfig } from "../../spec/mod.ts";
import { diskError } from "../disk/disk_error.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { namesIn } from "../disk/walk.ts";
import { type HubCachePlace, hubCachePlace, isCommit, refPath } from "../layout/hub_cache.ts";
import { layoutDefinition } from "../layout/layouts/mod.ts";
import { modelPlace } from "../layout/model_directory.ts";
import {
  type ModelPlace,
  plannedCommits,
  snapshotPlace,
  snapshotsPlace,
} from "../layout/model_place.ts";
import { revisionOf } from "../layout/revision.ts";
import { readPlan } from "./download_intent.ts";

/** A model's place as far as the disk knows it. */
export interface LocalPlace {
  /** Where the model is or would be; it need not exist. */
  readonly place: ModelPlace;
  /** Whether the place is that of the revision asked for: in the hub's cache the disk may not know its commit. */
  readonly isKnown: boolean;
}

/**
 * Finds a model's place in one layout without the network: `STATUS-LOCAL`.
 *
 * In the hub's cache the ref of the revision says which snapshot it is; before a first download has finished, there is
 * no ref yet, and its plan says it.
 *
 * @throws {ModelError} `invalid-argument` for a malformed id or revision, or the code of a disk that fails
 */
export async function localPlace(
  files: FileSystem,
  config: SubjectConfig,
  request: ModelRequest & { readonly layout: Layout },
): Promise<LocalPlace> {
  const { repository, layout } = request;
  const { rootOf, storage } = layoutDefinition(layout);
  if (storage === "directory")
    return { place: modelPlace(config, repository, { layout }), isKnown: true };
  const root = rootOf(config);
  const cache = hubCachePlace(root, repository);
  const revision = revisionOf(request);
  try {
    const commit = await localCommit(files, cache, { root, revision });
    return commit === undefined
      ? { place: snapshotsPlace(root, cache), isKnown: false }
      : { place: snapshotPlace(root, cache, commit), isKnown: true };
  } catch (error) {
    throw diskError(error, `read "${cache.repository}"`);
  }
}

async function localCommit(
  files: FileSystem,
  cache: HubCachePlace,
  { root, revision }: { readonly root: string; readonly revision: string },
): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const commit = (await readSmallFile(files, refPath(cache, revision)))?.trim() ?? "";
  if (isCommit(commit)) return commit;
  const { staging } = snapshotsPlace(root, cache);
  for (const planned of plannedCommits(await namesIn(files, staging.directory))) {
    const plan = await readPlan(files, snapshotPlace(root, cache, planned));
    if (plan?.revision === revision) return planned;
  }
  return undefined;
}
