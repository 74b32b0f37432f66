import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, walk } from "../disk/walk.ts";

/**
 * Removes a file or link, and nothing that is a directory.
 *
 * @returns bytes that came free: those of data whose last name went, `REMOVE-BYTES`
 */
export async function removeEntry(files: FileSystem, path: string): Promise<number> {
  const stat = await lstatIfThere(files, path);
  if (stat === undefined || stat.kind === "directory") return 0;
  await unlinkIfThere(files, path);
  return stat.kind === "file" && stat.linkCount === 1 ? stat.sizeBytes : 0;
}

/**
 * Removes everything below a directory, the directory itself, and those above it that this leaves empty. Where a link stands
 * in its place, the link goes and what it leads to stays.
 *
 * @returns bytes that came free
 */
export async function removeEntries(
  files: FileSystem,
  directory: string,
  options: { readonly root: string },
): Promise<number> {
  if ((await lstatIfThere(files, directory))?.kind === "link") return removeEntry(files, directory);
  let bytesFreed = 0;
  const directories: string[] = [directory];
  for await (const { path, stat } of walk(files, directory)) {
    if (stat.kind === "directory") directories.unshift(join(directory, path));
    else bytesFreed += await removeEntry(files, join(directory, path));
  }
  for (const path of directories) await removeEmptyDirectories(files, path, options.root);
  return bytesFreed;
}
