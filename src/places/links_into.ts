import { join, relative, sep } from "node:path";
import type { FileSystem, Layout } from "../../spec/mod.ts";
import { lstatIfThere, walk } from "../disk/walk.ts";
import { layoutDefinition } from "../layout/layouts/mod.ts";
import { findModels } from "./find_models.ts";

/** A directory of models, and how they lie in it. */
export interface LinkedStore {
  readonly root: string;
  readonly layouts: readonly Layout[];
}

/**
 * Finds the links among the models of stores that lead into directories, so that they would lead nowhere without these: a model's
 * directory that is a link, and files that are.
 *
 * A second name of a file is no link: it goes on as it is, whatever becomes of the first.
 *
 * @param files a disk on which what may not be read is absent
 * @param directories absolute paths of what would go
 * @returns absolute paths, in order
 */
export async function linksInto(
  files: FileSystem,
  stores: readonly LinkedStore[],
  directories: readonly string[],
): Promise<readonly string[]> {
  const going: string[] = [];
  for (const directory of directories)
    if ((await lstatIfThere(files, directory)) !== undefined)
      going.push(await files.realpath(directory));
  const isGoing = (path: string) =>
    going.some((directory) => path === directory || path.startsWith(directory + sep));
  const found = new Set<string>();
  for (const { root, layouts } of going.length === 0 ? [] : stores) {
    const realRoot = await realpathIfThere(files, root);
    if (realRoot === undefined) continue;
    const searched = layouts.map((name) => ({ layout: layoutDefinition(name), root }));
    for (const { place } of await findModels(files, searched)) {
      const { directory } = place;
      const real = await realpathIfThere(files, directory);
      if (real === undefined) continue;
      const isItsOwn = real === join(realRoot, relative(root, directory));
      // What goes may itself have links from one of its files to another.
      if (isItsOwn && isGoing(real)) continue;
      if (!isItsOwn && isGoing(real)) found.add(directory);
      if (isItsOwn) for (const path of await linksBelow(files, directory, isGoing)) found.add(path);
    }
  }
  return [...found].toSorted();
}

async function linksBelow(
  files: FileSystem,
  directory: string,
  isGoing: (path: string) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { path, stat } of walk(files, directory)) {
    if (stat.kind !== "link") continue;
    const real = await realpathIfThere(files, join(directory, path));
    if (real !== undefined && isGoing(real)) found.push(join(directory, path));
  }
  return found;
}

async function realpathIfThere(files: FileSystem, path: string): Promise<string | undefined> {
  try {
    return await files.realpath(path);
  } catch {
    // What leads nowhere already, or may not be looked at, is broken by nothing.
    return undefined;
  }
}
