import { exists } from "../disk/mod.ts";
import type { World } from "../worlds/world.ts";

/** Whether a directory that a subject names is the one where a model belongs, also where that place has two spellings. */
export async function isPlace(
  world: Pick<World, "files" | "kind">,
  directory: string,
  place: string,
): Promise<boolean> {
  if (directory === place) return true;
  if (world.kind !== "process" || !(await exists(world.files, directory))) return false;
  return (await world.files.realpath(directory)) === (await world.files.realpath(place));
}
