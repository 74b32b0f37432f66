import { dirname, join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../../spec/mod.ts";
import { makeDirectories, removeEmptyDirectories } from "../../disk/directories.ts";
import { errnoOf } from "../../disk/disk_error.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { lstatIfThere } from "../../disk/walk.ts";
import { metadataPath } from "../../records/metadata.ts";
import {
  type Move,
  type PreparedPublication,
  preparePublication,
  type Publication,
  type PublishHost,
} from "./prepare_publication.ts";
import { partialPath } from "../../records/staging.ts";

const CONFIG = "config.json";

/**
 * Moves verified contents to their places, so that no reader is ever fooled: `DL-ATOMIC`, `DL-CONFIG-LAST`, `MARK-LAST`.
 *
 * The order is the promise: everything that needs room is written first, then the old marker goes, then `config.json`
 * leaves, then everything else changes, then `config.json` comes, then the metadata, then the new marker. Each file
 * appears whole, by one rename.
 */
export async function publishModel(host: PublishHost, publication: Publication): Promise<void> {
  const { files } = host;
  const { task, staged, strays } = publication;
  const prepared = await preparePublication(host, publication);
  if (staged.length > 0 || strays.length > 0) await hideModel(files, publication, prepared);
  await placeAll(files, prepared.contents);
  for (const path of strays) await removeStray(files, join(task.directory, ...path.split("/")));
  await placeAll(files, prepared.config);
  for (const move of prepared.metadata) await renameIntoPlace(files, move);
  for (const path of strays) await removeMetadata(files, task.directory, path);
  if (prepared.marker !== undefined) await placeAll(files, [prepared.marker]);
}

/** Takes the marker away, and `config.json`: from here on the directory looks like no model. */
async function hideModel(
  files: FileSystem,
  { task, staging }: Publication,
  { hiddenConfig }: PreparedPublication,
): Promise<void> {
  const { directory } = task;
  if (await unlinkIfThere(files, join(directory, MARKER_NAME)))
    await files.syncDirectory(directory);
  const path = join(directory, CONFIG);
  if (hiddenConfig === undefined) {
    // Its successor is verified and waits; until then no reader may take the directory for a model.
    if (!(await unlinkIfThere(files, path))) return;
  } else {
    await files.rename(path, partialPath(staging, hiddenConfig.wanted.contentKey));
    await files.syncDirectory(staging.partials);
  }
  await files.syncDirectory(directory);
}

/** Puts files in their places, each by one rename, and makes that durable. */
export async function placeAll(files: FileSystem, moves: readonly Move[]): Promise<void> {
  const changed = new Set<string>();
  for (const move of moves) {
    await renameIntoPlace(files, move);
    changed.add(dirname(move.target));
  }
  for (const directory of changed) await files.syncDirectory(directory);
}

/** How often a parent may vanish between its making and the rename into it. */
const VANISHED_MAX = 20;

/** Makes the parents at this moment, also when somebody keeps removing them: `LAYOUT-PARENTS`. */
async function renameIntoPlace(files: FileSystem, { source, target }: Move): Promise<void> {
  for (let vanished = 0; ; vanished++) {
    try {
      await files.rename(source, target);
      return;
    } catch (error) {
      const isParentGone =
        errnoOf(error) === "ENOENT" && (await lstatIfThere(files, source)) !== undefined;
      if (!isParentGone || vanished === VANISHED_MAX) throw error;
    }
    await makeDirectories(files, dirname(target));
  }
}

async function removeStray(files: FileSystem, place: string): Promise<void> {
  if (await unlinkIfThere(files, place)) await files.syncDirectory(dirname(place));
}

/** Removes what is known of a file that is not there, and the directories that it left empty. */
export async function removeMetadata(
  files: FileSystem,
  directory: string,
  path: string,
): Promise<void> {
  await removeEmptyDirectories(files, dirname(join(directory, ...path.split("/"))), directory);
  const metadata = metadataPath(directory, path);
  await unlinkIfThere(files, metadata);
  await removeEmptyDirectories(files, dirname(metadata), directory);
}
