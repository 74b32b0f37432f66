/**
 * Which files of a model are not in its place.
 *
 * @module
 */

import { exists } from "../../harness/internal.ts";
import { filePlace, type ModelFile, modelPlace, type World } from "../../harness/mod.ts";

/** The paths of a model's files that are not where layout `hubapi` has them. */
export async function missingFiles(
  world: World,
  repository: string,
  files: readonly ModelFile[],
): Promise<readonly string[]> {
  const directory = modelPlace(world, repository, { layout: "hubapi" });
  const found: string[] = [];
  for (const { path } of files)
    if (!(await exists(world.files, filePlace(directory, path)))) found.push(path);
  return found;
}
