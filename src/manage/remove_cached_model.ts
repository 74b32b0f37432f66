import type { RemoveResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { namesIn } from "../disk/walk.ts";
import type { LockHost } from "../records/model_claim.ts";
import { withModelLock } from "../records/model_lock.ts";
import { ModelError } from "../errors.ts";
import { type HubCachePlace, isCommit } from "../layout/hub_cache.ts";
import { plannedCommits, snapshotPlace, snapshotsPlace } from "../layout/model_place.ts";
import { removeUnfinished } from "./remove_entries.ts";
import type { RemoveModelOptions } from "./remove_model.ts";
import { removeSnapshot } from "./remove_snapshot.ts";

/** A repository in a hub cache. */
export interface CachedModel {
  /** The cache's directory, which stays. */
  readonly root: string;
  readonly cache: HubCachePlace;
}

/**
 * Removes every snapshot of a repository from a hub cache, those that were never finished as well: `REMOVE-ALL`.
 *
 * The newest commit is not the whole model: where an update left the former snapshot, that takes up room as well.
 *
 * @returns the repository's directory in the cache, and the bytes of all snapshots
 * @throws {ModelError} `not-downloaded` when there is nothing
 */
export async function removeCachedModel(
  host: LockHost,
  model: CachedModel,
  options: RemoveModelOptions,
): Promise<RemoveResult> {
  const { cache } = model;
  try {
    return { directory: cache.repository, bytesFreed: await removeAll(host, model, options) };
  } catch (error) {
    throw diskError(error, `remove "${options.name}" in "${cache.repository}"`);
  }
}

async function removeAll(
  host: LockHost,
  { root, cache }: CachedModel,
  options: RemoveModelOptions,
): Promise<number> {
  const { files } = host;
  const { name } = options;
  const { staging } = snapshotsPlace(root, cache);
  const unfinished = await namesIn(files, staging.directory);
  const planned = plannedCommits(unfinished);
  const begun = (await namesIn(files, cache.snapshots)).filter(isCommit);
  const commits = [...new Set([...begun, ...planned])];
  if (commits.length === 0 && unfinished.length === 0)
    throw new ModelError(
      "not-downloaded",
      `Cannot remove "${name}": nothing of it is in "${cache.repository}"; check the id and the cache`,
    );
  let bytesFreed = 0;
  for (const commit of commits) {
    // oxlint-disable-next-line no-await-in-loop -- what two snapshots share goes with the second
    const one = await removeSnapshot(host, snapshotPlace(root, cache, commit), options);
    bytesFreed += one.bytesFreed;
  }
  return commits.length === 0 ? removeBeginning(host, { root, cache }, options) : bytesFreed;
}

/** What a download left that died before it wrote down its commit: its claim, which taking the lock removes, and little else. */
async function removeBeginning(
  host: LockHost,
  { root, cache }: CachedModel,
  { signal }: RemoveModelOptions,
): Promise<number> {
  const { staging } = snapshotsPlace(root, cache);
  return withModelLock(host, staging, {
    signal,
    purpose: "remove",
    action: (claim) => removeUnfinished(claim, staging, { root }),
    after: async () => {
      for (const directory of [staging.work, staging.locks])
        await removeEmptyDirectories(host.files, directory, root);
    },
  });
}
