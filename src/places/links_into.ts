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

/** What a removal takes away. */
export interface GoingData {
  /** Absolute paths of the directories with the data. */
  readonly directories: readonly string[];
  /** Absolute path of the directory of all that belongs to the model. */
  readonly owner: string;
}

/**
 * Finds the links among the models of stores that lead into directories, so that they would lead nowhere without these: a model's
 * directory that is a link, and files that are.
 *
 * A second name of a file is no link: it goes on as it is, whatever becomes of the first.
 *
 * @param files a disk on which what may not be read is absent
 * @param what what would go, and whose own links do not count: a snapshot leads to its repository's contents
 * @returns absolute paths, in order
 */
export async function linksInto(
  files: FileSystem,
  stores: readonly LinkedStore[],
  what: GoingData,
): Promise<readonly string[]> {
  const going: string[] = [];
  for (const directory of what.directories)
    if ((await lstatIfThere(files, directory)) !== undefined)
      going.push(await files.realpath(directory));
  const owner = await realpathIfThere(files, what.owner);
  const isGoing = (path: string) => going.some((directory) => isWithin(path, directory));
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
      if (isItsOwn && owner !== undefined && isWithin(real, owner)) continue;
      if (!isItsOwn && isGoing(real)) found.add(directory);
      if (isItsOwn) for (const path of await linksBelow(files, directory, isGoing)) found.add(path);
    }
  }
  return [...found].toSorted();
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory + sep);
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
