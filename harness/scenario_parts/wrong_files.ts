import { exists, readBytes } from "../disk/mod.ts";
import type { ModelFile } from "../models/mod.ts";
import type { World } from "../worlds/world.ts";
import { filePlace } from "./places.ts";

/**
 * What is wrong with files that must be in a directory: absent, or of other bytes.
 *
 * @returns a line for each wrong file; none when all are right
 */
export async function wrongFiles(
  world: Pick<World, "files">,
  directory: string,
  files: readonly ModelFile[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { path, bytes } of files) {
    const place = filePlace(directory, path);
    if (!(await exists(world.files, place))) wrong.push(`${path} is not there`);
    else if ((await world.files.stat(place)).kind !== "file") wrong.push(`${path} is no file`);
    else if (!Buffer.from(await readBytes(world.files, place)).equals(bytes))
      wrong.push(`${path} has other bytes`);
  }
  return wrong;
}
