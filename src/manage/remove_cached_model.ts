import { join } from "node:path";
import type { RemoveResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { namesIn } from "../disk/walk.ts";
import { type LockHost, withModelLock } from "../records/model_lock.ts";
import { stagingOf } from "../records/staging.ts";
import { ModelError } from "../errors.ts";
import { type HubCachePlace, isCommit } from "../layout/hub_cache.ts";
import { removeEntries } from "./remove_entries.ts";
import { removeSnapshot } from "./remove_snapshot.ts";

/** The plan of an unfinished download, in the name of its commit. */
const PLAN = /^plan-([0-9a-f]{40})\.json$/;

/** What is to be removed. */
export interface RemoveCachedModelOptions {
  /** The repository's place in the cache. */
  readonly cache: HubCachePlace;
  /** What the model is called, for the error. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes every snapshot of a repository from a hub cache, those that were never finished as well: `REMOVE-ALL`.
 *
 * The newest commit is not the model alone: where an update left the former snapshot, that is part of what "the model" takes up.
 *
 * @param cacheRoot the directory that stays
 * @returns the repository's directory in the cache, and the bytes of all snapshots
 * @throws {ModelError} `not-downloaded` when there is nothing
 */
export async function removeCachedModel(
  host: LockHost,
  cacheRoot: string,
  options: RemoveCachedModelOptions,
): Promise<RemoveResult> {
  const { cache, name } = options;
  try {
    return { directory: cache.repository, bytesFreed: await removeAll(host, cacheRoot, options) };
  } catch (error) {
    throw diskError(error, `remove "${name}" in "${cache.repository}"`);
  }
}

async function removeAll(
  host: LockHost,
  cacheRoot: string,
  options: RemoveCachedModelOptions,
): Promise<number> {
  const { cache, name, signal } = options;
  const { files } = host;
  const staging = stagingOf(cache.repository);
  const unfinished = await namesIn(files, staging.directory);
  const planned = unfinished.flatMap((entry) => PLAN.exec(entry)?.[1] ?? []);
  const begun = (await namesIn(files, cache.snapshots)).filter(isCommit);
  const commits = [...new Set([...begun, ...planned])];
  if (commits.length === 0 && unfinished.length === 0)
    throw new ModelError(
      "not-downloaded",
      `Cannot remove "${name}" as nothing of it is in "${cache.repository}": check the id and the cache`,
    );
  let bytesFreed = 0;
  for (const commit of commits) {
    const directory = join(cache.snapshots, commit);
    // oxlint-disable-next-line no-await-in-loop -- what two snapshots share goes with the second
    const one = await removeSnapshot(host, cacheRoot, { directory, name, signal });
    bytesFreed += one.bytesFreed;
  }
  return commits.length === 0 ? removeBeginning(host, cacheRoot, options) : bytesFreed;
}

/** What a download has left that died before it wrote down its commit: its claim, which whoever comes next takes away, and little else. */
async function removeBeginning(
  host: LockHost,
  cacheRoot: string,
  { cache, signal }: RemoveCachedModelOptions,
): Promise<number> {
  const { files } = host;
  const staging = stagingOf(cache.repository);
  const bytesFreed = await withModelLock(host, staging.locks, {
    signal,
    action: async () => {
      const partials = await removeEntries(files, staging.partials, { root: cacheRoot });
      return partials + (await removeEntries(files, staging.temporary, { root: cacheRoot }));
    },
  });
  await removeEmptyDirectories(files, staging.locks, cacheRoot);
  return bytesFreed;
}
