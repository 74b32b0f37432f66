import { dirname, join } from "node:path";
import { type FileStat, MARKER_NAME, type RemoveResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, walk, type WalkEntry } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { type LockHost, lockModel } from "../download/model_lock.ts";
import { stagingOf } from "../download/staging.ts";

/** What is to be removed. */
export interface RemoveModelOptions {
  /** The model's directory, under the root. */
  readonly directory: string;
  /** What the model is called, for the error. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes a model with everything that belongs to it: `REMOVE-ALL`, `REMOVE-BYTES`, `MARK-FIRST-OUT`.
 *
 * The marker goes first and `config.json` next, so that a removal that is cut off never leaves what looks like a model.
 * Links are removed, never followed: `REMOVE-NEIGHBOURS`.
 *
 * @param root the directory that stays
 * @throws {ModelError} `not-downloaded` when there is nothing
 */
export async function removeModel(
  host: LockHost,
  root: string,
  options: RemoveModelOptions,
): Promise<RemoveResult> {
  const { files } = host;
  const { directory, name, signal } = options;
  const stat = await lstatIfThere(files, directory);
  if (stat === undefined) {
    throw new ModelError(
      "not-downloaded",
      `Cannot remove "${name}" as nothing of it is in "${directory}": check the id and the root`,
    );
  }
  try {
    if (stat.kind === "link") {
      await files.unlink(directory);
      await removeEmptyDirectories(files, dirname(directory), root);
      return { directory, bytesFreed: 0 };
    }
    await using _lock = await lockModel(host, stagingOf(directory).locks, { signal });
    return { directory, bytesFreed: await removeTree(host, root, directory) };
  } catch (error) {
    throw diskError(error, `remove "${name}" in "${directory}"`);
  }
}

async function removeTree(host: LockHost, root: string, directory: string): Promise<number> {
  const { files } = host;
  const entries: WalkEntry[] = [];
  for await (const entry of walk(files, directory)) entries.push(entry);
  const order = [MARKER_NAME, "config.json"];
  const rank = ({ path }: WalkEntry) =>
    (order.indexOf(path) + order.length + 1) % (order.length + 1);
  for (const { path, stat } of entries.toSorted((one, two) => rank(one) - rank(two))) {
    if (stat.kind !== "directory") await unlinkIfThere(files, join(directory, path));
    // Whoever looks after a power cut finds no marker without its files.
    if (order.includes(path)) await files.syncDirectory(directory);
  }
  const directories = entries
    .filter(({ stat }) => stat.kind === "directory")
    .map(({ path }) => join(directory, path));
  for (const path of [...directories.toReversed(), directory])
    await removeEmptyDirectories(files, path, root);
  return bytesFreed(entries.map((entry) => entry.stat));
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
