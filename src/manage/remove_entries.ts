import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { removeEmptyDirectories } from "../disk/directories.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, namesIn, walk } from "../disk/walk.ts";
import type { Staging } from "../layout/model_place.ts";
import type { ModelClaim } from "../records/model_claim.ts";

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

/**
 * Removes everything that unfinished downloads have left of contents, and nothing of the claim that is held.
 *
 * @returns bytes that came free
 */
export async function removeUnfinished(
  claim: ModelClaim,
  staging: Staging,
  options: { readonly root: string },
): Promise<number> {
  const { files } = claim;
  const left = (await namesIn(files, staging.work)).map((name) => join(staging.work, name));
  let bytesFreed = 0;
  for (const directory of [staging.partials, staging.temporary, ...left]) {
    if (directory !== claim.directory) bytesFreed += await removeEntries(files, directory, options);
  }
  return bytesFreed;
}
