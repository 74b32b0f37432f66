import { join } from "node:path";
import type { FileStat, FileSystem } from "../../spec/mod.ts";
import { errnoOf } from "./disk_error.ts";

/** An entry found below a directory. */
export interface WalkEntry {
  /** Path relative to the start, with `/`. */
  readonly path: string;
  /** Facts about the entry itself: a link is not followed. */
  readonly stat: FileStat;
}

/**
 * Yields every entry below a directory, parents first and names in order; links are not followed.
 *
 * An absent directory yields nothing, and entries that vanish during the walk are left out.
 */
export async function* walk(files: FileSystem, directory: string): AsyncGenerator<WalkEntry> {
  // A stack of its own, as a tree that somebody planted may be deeper than calls can nest.
  const levels: { readonly prefix: string; readonly names: string[] }[] = [];
  const enter = async (prefix: string) => {
    const names = await namesIn(files, join(directory, prefix));
    levels.push({ prefix, names: names.reverse() });
  };
  await enter("");
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const name = level.names.pop();
    if (name === undefined) {
      levels.pop();
      continue;
    }
    const path = level.prefix + name;
    const stat = await lstatIfThere(files, join(directory, path));
    if (stat === undefined) continue;
    yield { path, stat };
    if (stat.kind === "directory") await enter(`${path}/`);
  }
}

/** Names in a directory, sorted; none when it is absent or not a directory. */
export async function namesIn(files: FileSystem, directory: string): Promise<string[]> {
  try {
    return (await files.readdir(directory)).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return [];
    throw error;
  }
}

/** Facts about an entry, links not followed, or undefined when it is not there. */
export async function lstatIfThere(files: FileSystem, path: string): Promise<FileStat | undefined> {
  try {
    return await files.lstat(path);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}
