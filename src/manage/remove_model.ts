import { dirname, join } from "node:path";
import type { FileStat, RemoveResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, walk, type WalkEntry } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { byLeaving, leavesFirst } from "../records/leaving_order.ts";
import type { LockHost, ModelClaim } from "../records/model_claim.ts";
import { withModelLock } from "../records/model_lock.ts";
import { assertExactCase } from "../layout/inside_root.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { ownEntries } from "./own_entries.ts";

/** Options of a removal. */
export interface RemoveModelOptions {
  /** What the model is called, for the error. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes a model with everything that belongs to it: `REMOVE-ALL`, `REMOVE-BYTES`, `MARK-FIRST-OUT`.
 *
 * The marker goes first and `config.json` next, so that a removal that is cut off never leaves what looks like a model.
 * Links are removed, never followed, and a model whose id differs in case only is another one: `REMOVE-NEIGHBOURS`.
 *
 * @throws {ModelError} `not-downloaded` when there is nothing, `case-conflict` when the volume holds it in another case
 */
export async function removeModel(
  host: LockHost,
  place: ModelPlace,
  options: RemoveModelOptions,
): Promise<RemoveResult> {
  const { files } = host;
  const { root, directory, staging } = place;
  const { name, signal } = options;
  try {
    const stat = await lstatIfThere(files, directory);
    if (stat === undefined) {
      throw new ModelError(
        "not-downloaded",
        `Cannot remove "${name}": nothing of it is in "${directory}"; check the id and the root`,
      );
    }
    await assertExactCase(files, root, directory);
    if (stat.kind === "link") {
      await files.unlink(directory);
      await removeEmptyDirectories(files, dirname(directory), root);
      return { directory, bytesFreed: 0 };
    }
    const bytesFreed = await withModelLock(host, staging, {
      signal,
      purpose: "remove",
      action: (claim) => removeTree(claim, place),
      after: async () => {
        for (const path of [staging.work, staging.locks])
          await removeEmptyDirectories(files, path, root);
      },
    });
    return { directory, bytesFreed };
  } catch (error) {
    throw diskError(error, `remove "${name}" in "${directory}"`);
  }
}

async function removeTree(claim: ModelClaim, place: ModelPlace): Promise<number> {
  const { files } = claim;
  const { root, directory } = place;
  const entries: WalkEntry[] = [];
  for await (const entry of walk(files, directory)) {
    // What is the claim's own goes when it is given back.
    if (!claim.isOwn(join(directory, entry.path))) entries.push(entry);
  }
  const own = await ownEntries(files, place, entries);
  for (const { path } of own.toSorted(byRemoval)) {
    await unlinkIfThere(files, join(directory, path));
    // After a power cut there is never a marker without its files.
    if (leavesFirst(path)) await files.syncDirectory(directory);
  }
  const directories = entries
    .filter(({ stat }) => stat.kind === "directory")
    .map(({ path }) => join(directory, path));
  for (const path of [...directories.toReversed(), directory])
    await removeEmptyDirectories(files, path, root);
  return bytesFreed(own.map((entry) => entry.stat));
}

/** What is hidden goes last: it says which files are the model's, for a removal that was cut off. */
function byRemoval(one: WalkEntry, two: WalkEntry): number {
  const isLast = ({ path }: WalkEntry) => Number(path.startsWith(".") && !leavesFirst(path));
  return byLeaving(one.path, two.path) || isLast(one) - isLast(two);
}

/** Data comes free when its last name goes: `REMOVE-BYTES`. */
function bytesFreed(stats: readonly FileStat[]): number {
  const names = new Map<string, number>();
  let bytes = 0;
  for (const { kind, inode, linkCount, sizeBytes } of stats) {
    if (kind !== "file") continue;
    const count = (names.get(inode) ?? 0) + 1;
    names.set(inode, count);
    if (count === linkCount) bytes += sizeBytes;
  }
  return bytes;
}
