import { dirname } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { errnoOf } from "./disk_error.ts";

/**
 * Makes a directory and all its parents, and makes the new entries durable: `DUR-CORE`.
 *
 * @returns how many directories were made
 */
export async function makeDirectories(files: FileSystem, path: string): Promise<number> {
  try {
    if ((await files.stat(path)).kind === "directory") return 0;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  const parent = dirname(path);
  const made = parent === path ? 0 : await makeDirectories(files, parent);
  try {
    await files.mkdir(path);
  } catch (error) {
    // Another task or process may have made it in the meantime; anything else than a directory there is an error.
    if (errnoOf(error) !== "EEXIST" || (await files.stat(path)).kind !== "directory") throw error;
    return made;
  }
  await files.syncDirectory(parent);
  return made + 1;
}

/**
 * Removes a directory and its parents below `stop` as long as they are empty.
 *
 * @param stop the directory that stays, even when it is empty
 */
export async function removeEmptyDirectories(
  files: FileSystem,
  path: string,
  stop: string,
): Promise<void> {
  for (let at = path; at.startsWith(stop) && at.length > stop.length; at = dirname(at)) {
    try {
      await files.rmdir(at);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === "ENOENT") continue;
      // Not empty (which systems report in three ways), or not a directory of ours: leave it.
      if (errno === "ENOTEMPTY" || errno === "EEXIST" || errno === "EPERM" || errno === "ENOTDIR")
        return;
      throw error;
    }
  }
}
