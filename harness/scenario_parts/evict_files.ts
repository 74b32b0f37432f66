import { evictingFiles } from "../disk/mod.ts";
import { NotPossibleHere } from "../scenario/not_possible_here.ts";
import type { StartOptions, World } from "../worlds/world.ts";

/**
 * Evicts files, which are then there with their size and without any block: in the view of the process that is started with
 * the returned options, or, where another process's view cannot be changed, on the disk, as files that are one hole.
 *
 * @param places absolute paths
 * @throws {NotPossibleHere} when the volume gives a hole blocks
 */
export async function evictFiles(
  world: Pick<World, "kind" | "files">,
  places: readonly string[],
): Promise<Pick<StartOptions, "files">> {
  const { kind, files } = world;
  if (kind !== "process")
    return { files: (disk) => evictingFiles(disk, (path) => places.includes(path)) };
  for (const place of places) {
    const { sizeBytes } = await files.stat(place);
    const file = await files.open(place, "r+");
    try {
      await file.truncate(0);
      await file.truncate(sizeBytes);
    } finally {
      await file.close();
    }
    const { allocatedBytes } = await files.stat(place);
    if (allocatedBytes > 0)
      throw new NotPossibleHere("this volume keeps no file of a size without blocks");
  }
  return {};
}
