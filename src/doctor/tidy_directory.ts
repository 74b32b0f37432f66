import { basename, join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, walk } from "../disk/walk.ts";

/**
 * Removes the sidecars, views and thumbnails that a desktop left in a model's directory. Nothing else goes, no link is
 * followed, and the desktop makes them again where it wants them.
 *
 * @returns paths that went, relative to the directory
 */
export async function tidyDirectory(files: FileSystem, directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { path, stat } of walk(files, directory))
    if (stat.kind === "file" && isDesktopFile(path) && !path.startsWith(".git/")) found.push(path);
  for (const path of found) await unlinkIfThere(files, join(directory, path));
  return found;
}

/** Removes files that a finding names, and nothing that is a directory. */
export async function discardFiles(files: FileSystem, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const kind = (await lstatIfThere(files, path))?.kind;
    if (kind === "file" || kind === "link") await unlinkIfThere(files, path);
  }
}

/** Whether a finding's file is one that {@linkcode tidyDirectory} removes. */
export function isTidied(path: string): boolean {
  return isDesktopFile(basename(path));
}
