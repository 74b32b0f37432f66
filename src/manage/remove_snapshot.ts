import { basename, dirname, join } from "node:path";
import { type FileSystem, MARKER_NAME, type RemoveResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { lstatIfThere, namesIn, walk } from "../disk/walk.ts";
import { readPlan } from "../records/download_intent.ts";
import { byLeaving, leavesFirst } from "../records/leaving_order.ts";
import type { LockHost, ModelClaim } from "../records/model_claim.ts";
import { withModelLock } from "../records/model_lock.ts";
import { ModelError } from "../errors.ts";
import { type HubCachePlace, isCommit } from "../layout/hub_cache.ts";
import { assertExactCase } from "../layout/inside_root.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { readCommitListing } from "../records/commit_listing.ts";
import { readMarker } from "../records/marker.ts";
import { removeEntries, removeEntry, removeUnfinished } from "./remove_entries.ts";
import type { RemoveModelOptions } from "./remove_model.ts";

/**
 * Removes a snapshot from a hub cache, and of the contents those that no other snapshot has: `REMOVE-ALL`,
 * `REMOVE-BYTES`, `REMOVE-NEIGHBOURS`, `MANAGE-HFCACHE`.
 *
 * A content in the store that repositories share is left there: only the official client counts its users. What is not
 * known to be of this snapshot stays.
 *
 * @throws {ModelError} `not-downloaded` when there is nothing
 */
export async function removeSnapshot(
  host: LockHost,
  place: ModelPlace,
  options: RemoveModelOptions,
): Promise<RemoveResult> {
  const { name, signal } = options;
  const { root, directory, staging, cache } = place;
  const isHere =
    (await lstatIfThere(host.files, directory)) !== undefined ||
    (await lstatIfThere(host.files, staging.plan)) !== undefined;
  if (cache === undefined || !isCommit(basename(directory)) || !isHere) {
    throw new ModelError(
      "not-downloaded",
      `Cannot remove "${name}": nothing of it is in "${directory}"; check the id, the revision and the cache`,
    );
  }
  try {
    await assertExactCase(host.files, root, cache.repository);
    const claims = await sizesBelow(host.files, staging.locks);
    const bytesFreed = await withModelLock(host, staging, {
      signal,
      purpose: "remove",
      action: (claim) => new SnapshotRemoval(claim, { ...place, cache }).run(),
      // The lock's own directories can only go once the lock is given back.
      after: async () => {
        for (const path of [staging.work, staging.locks])
          await removeEmptyDirectories(host.files, path, root);
      },
    });
    // Claims of the dead went when the lock was taken.
    const left = await sizesBelow(host.files, staging.locks);
    const gone = [...claims].filter(([path]) => !left.has(path));
    return { directory, bytesFreed: gone.reduce((sum, [, bytes]) => sum + bytes, bytesFreed) };
  } catch (error) {
    throw diskError(error, `remove "${name}" in "${directory}"`);
  }
}

async function sizesBelow(files: FileSystem, directory: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for await (const { path, stat } of walk(files, directory))
    if (stat.kind === "file") sizes.set(path, stat.sizeBytes);
  return sizes;
}

class SnapshotRemoval {
  readonly #claim: ModelClaim;
  readonly #files: FileSystem;
  readonly #place: ModelPlace;
  readonly #cache: HubCachePlace;
  readonly #directory: string;
  readonly #commit: string;
  #bytesFreed = 0;

  constructor(claim: ModelClaim, place: ModelPlace & { readonly cache: HubCachePlace }) {
    this.#claim = claim;
    this.#files = claim.files;
    this.#place = place;
    this.#cache = place.cache;
    this.#directory = place.directory;
    this.#commit = basename(place.directory);
  }

  /** @returns bytes that came free */
  async run(): Promise<number> {
    const { refs, trees, noExist, snapshots } = this.#cache;
    // Other clients find the snapshot by its ref, so that goes before any file does.
    await this.#removeRefs(refs);
    await this.#removeBlobs(await this.#removeEntries());
    await this.#unlink(join(trees, `${this.#commit}.json`));
    await this.#removeAll(join(noExist, this.#commit));
    await this.#removeStaging();
    await removeEmptyDirectories(this.#files, snapshots, this.#place.root);
    const isLast = (await lstatIfThere(this.#files, snapshots)) === undefined;
    if (isLast) await this.#removeRefDirectories(refs);
    for (const directory of [this.#cache.blobs, refs, trees, noExist])
      await removeEmptyDirectories(this.#files, directory, this.#place.root);
    if (isLast) await this.#removeLocks();
    return this.#bytesFreed;
  }

  async #removeRefs(refs: string): Promise<void> {
    const found: string[] = [];
    for await (const { path, stat } of walk(this.#files, refs)) {
      if (stat.kind !== "file") continue;
      const text = await readSmallFile(this.#files, join(refs, path));
      if (text?.trim() === this.#commit) found.push(join(refs, path));
    }
    for (const path of found) {
      await this.#unlink(path);
      await this.#files.syncDirectory(dirname(path));
      // A name with `/` has directories. Others that are empty may be of a client that is about to write there.
      await removeEmptyDirectories(this.#files, dirname(path), refs);
    }
  }

  /** What a download that died has left without a ref goes with the last snapshot. */
  async #removeRefDirectories(refs: string): Promise<void> {
    const directories: string[] = [];
    for await (const { path, stat } of walk(this.#files, refs))
      if (stat.kind === "directory") directories.unshift(join(refs, path));
    for (const directory of directories) await removeEmptyDirectories(this.#files, directory, refs);
  }

  /** Links are of the snapshot; so are the copies that clients make where there are no links. */
  async #removeEntries(): Promise<Set<string>> {
    const marker = await readMarker(this.#files, this.#directory);
    const listed = marker?.files ?? (await readCommitListing(this.#files, this.#place)) ?? [];
    const known = new Set([MARKER_NAME, ...listed.map(({ path }) => path)]);
    const blobs = await this.#blobsOf(this.#directory);
    // A download that died has put contents there that no link leads to yet.
    const planned = (await readPlan(this.#files, this.#place))?.files ?? [];
    for (const { digest } of planned) blobs.add(digest.slice(digest.indexOf(":") + 1));
    const entries: string[] = [];
    const directories: string[] = [this.#directory];
    for await (const { path, stat } of walk(this.#files, this.#directory)) {
      if (stat.kind === "directory") directories.unshift(join(this.#directory, path));
      else if (stat.kind === "link" || known.has(path)) entries.push(path);
    }
    entries.sort(byLeaving);
    for (const path of entries) {
      await this.#unlink(join(this.#directory, path));
      if (leavesFirst(path)) await this.#files.syncDirectory(this.#directory);
    }
    for (const directory of directories)
      await removeEmptyDirectories(this.#files, directory, this.#cache.snapshots);
    return blobs;
  }

  /** Names of the blobs that a snapshot's links lead to. */
  async #blobsOf(directory: string): Promise<Set<string>> {
    const blobs = new Set<string>();
    for await (const { path, stat } of walk(this.#files, directory)) {
      if (stat.kind !== "link") continue;
      const text = await this.#files.readlink(join(directory, path));
      blobs.add(text.slice(text.lastIndexOf("/") + 1));
    }
    return blobs;
  }

  async #removeBlobs(blobs: Set<string>): Promise<void> {
    for (const commit of await namesIn(this.#files, this.#cache.snapshots)) {
      for (const blob of await this.#blobsOf(join(this.#cache.snapshots, commit)))
        blobs.delete(blob);
    }
    // What is not called as contents are was put there by somebody else.
    for (const blob of blobs)
      if (/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(blob))
        await this.#unlink(join(this.#cache.blobs, blob));
  }

  async #removeStaging(): Promise<void> {
    const { staging } = this.#place;
    await this.#unlink(staging.plan);
    const names = await namesIn(this.#files, staging.directory);
    // What is half there may be of another snapshot, which will go on with it.
    if (names.some((name) => name.startsWith("plan-"))) return;
    this.#bytesFreed += await removeUnfinished(this.#claim, staging, { root: this.#place.root });
  }

  /** The official client's locks of a repository that is gone. */
  async #removeLocks(): Promise<void> {
    await this.#removeAll(join(this.#place.root, ".locks", basename(this.#cache.repository)));
  }

  async #removeAll(directory: string): Promise<void> {
    this.#bytesFreed += await removeEntries(this.#files, directory, { root: this.#place.root });
  }

  async #unlink(path: string): Promise<void> {
    this.#bytesFreed += await removeEntry(this.#files, path);
  }
}
