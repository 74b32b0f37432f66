import { MARKER_NAME } from "../../spec/mod.ts";
import { readTree } from "../disk/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import type { World } from "../worlds/world.ts";
import { stateDirectory } from "./state_directory.ts";

/** What clients keep beside a model for good: facts about its files, and marks for other tools. */
const BOOKKEEPING =
  /(?:^|\/)(?:\.gitignore|CACHEDIR\.TAG)$|\.metadata$|(?:^|\/)(?:trees|refs|snapshots|\.no_exist)\/|(?:^|\/)blobs\/[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * Files that a finished download has left over: parts, temporary files and locks, in whatever layout.
 *
 * @param files everything that the repository has
 */
export async function leftovers(
  world: Pick<World, "files">,
  directory: string,
  files: readonly ModelFile[],
): Promise<string[]> {
  const known = new Set([MARKER_NAME, ...files.map(({ path }) => path)]);
  return (await readTree(world.files, stateDirectory(directory)))
    .filter(({ kind, path }) => kind !== "directory" && !known.has(path) && !BOOKKEEPING.test(path))
    .map(({ path }) => path);
}
