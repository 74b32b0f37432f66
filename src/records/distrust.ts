import { join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { lstatIfThere } from "../disk/walk.ts";
import type { ModelPlace } from "../layout/model_place.ts";

/**
 * Makes the next download hash every file of a model, whatever their sizes and times say.
 *
 * The note is the staging directory itself: it is there as long as something is unfinished, and the download that finishes
 * it removes it. A disk that takes no note takes no repair either, so its refusal is no failure.
 */
export async function distrust(files: FileSystem, place: ModelPlace): Promise<void> {
  const { directory, staging } = place;
  try {
    // Without a marker nothing is trusted.
    if ((await lstatIfThere(files, join(directory, MARKER_NAME))) === undefined) return;
    await makeDirectories(files, staging.directory);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}

/** Whether something is unfinished, or a file was found wrong: {@linkcode distrust}. */
export async function isDistrusted(
  files: FileSystem,
  { staging }: Pick<ModelPlace, "staging">,
): Promise<boolean> {
  return (await lstatIfThere(files, staging.directory)) !== undefined;
}
