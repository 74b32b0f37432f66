import { dirname, join } from "node:path";
import { type FileStat, MARKER_NAME, type RemoveResult } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { diskError } from "../disk/disk_error.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, walk, type WalkEntry } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { type LockHost, withModelLock } from "../records/model_lock.ts";
import { stagingOf } from "../records/staging.ts";
import { assertExactCase } from "../layout/inside_root.ts";
import { ownEntries } from "./own_entries.ts";

/** What makes a directory look like a model, in the order in which it goes. */
const FIRST_OUT: readonly string[] = [MARKER_NAME, "config.json"];

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
 * Links are removed, never followed, and a model whose id differs in case only is another one: `REMOVE-NEIGHBOURS`.
 *
 * @param root the directory that stays
 * @throws {ModelError} `not-downloaded` when there is nothing, `case-conflict` when the volume holds it in another case
 */
export async function removeModel(
  host: LockHost,
  root: string,
  options: RemoveModelOptions,
): Promise<RemoveResult> {
  const { files } = host;
  const { directory, name, signal } = options;
  try {
    const stat = await lstatIfThere(files, directory);
    if (stat === undefined) {
      throw new ModelError(
        "not-downloaded",
        `Cannot remove "${name}" as nothing of it is in "${directory}": check the id and the root`,
      );
    }
    await assertExactCase(files, root, directory);
    if (stat.kind === "link") {
      await files.unlink(directory);
      await removeEmptyDirectories(files, dirname(directory), root);
      return { directory, bytesFreed: 0 };
    }
    const bytesFreed = await withModelLock(host, stagingOf(directory).locks, {
      signal,
      action: () => removeTree(host, root, directory),
    });
    return { directory, bytesFreed };
  } catch (error) {
    throw diskError(error, `remove "${name}" in "${directory}"`);
  }
}

async function removeTree(host: LockHost, root: string, directory: string): Promise<number> {
  const { files } = host;
  const entries: WalkEntry[] = [];
  for await (const entry of walk(files, directory)) entries.push(entry);
  const own = await ownEntries(files, directory, entries);
  for (const { path } of own.toSorted((one, two) => rankOf(one) - rankOf(two))) {
    await unlinkIfThere(files, join(directory, path));
    // Whoever looks after a power cut finds no marker without its files.
    if (FIRST_OUT.includes(path)) await files.syncDirectory(directory);
  }
  const directories = entries
    .filter(({ stat }) => stat.kind === "directory")
    .map(({ path }) => join(directory, path));
  for (const path of [...directories.toReversed(), directory])
    await removeEmptyDirectories(files, path, root);
  return bytesFreed(own.map((entry) => entry.stat));
}

/** What is hidden goes last: it says which files are the model's, for a removal that has to be finished. */
function rankOf({ path }: WalkEntry): number {
  const first = FIRST_OUT.indexOf(path);
  if (first !== -1) return first;
  return FIRST_OUT.length + (path.startsWith(".") ? 1 : 0);
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
