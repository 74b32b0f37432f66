import { dirname, join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../../spec/mod.ts";
import { removeEmptyDirectories } from "../../disk/directories.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { canHaveMetadata, metadataPath } from "../../records/metadata.ts";
import { filePath } from "../download_task.ts";
import { placeFiles } from "./place_files.ts";
import type { Publication, Publisher, PublishHost } from "./publisher.ts";

/**
 * Moves verified contents to their places, so that no reader is ever misled: `DL-ATOMIC`, `DL-CONFIG-LAST`, `MARK-LAST`.
 *
 * The order is the promise: everything that needs room is written first, then the old marker goes, then `config.json`
 * leaves, then everything else changes, then `config.json` comes, then what other clients know of the model (in a hub
 * cache the ref, by which alone they find a snapshot: `LAYOUT-REF-LAST`), then the new marker. Each file appears whole,
 * by one rename.
 */
export async function publishModel(
  host: PublishHost,
  publisher: Publisher,
  publication: Publication,
): Promise<void> {
  const { files } = host;
  const { task, strays } = publication;
  const { directory } = task.place;
  const prepared = await publisher.prepare(host, publication);
  await placeFiles(files, prepared.blobs);
  if (prepared.isChanged) {
    // From here on the directory does not look like a model.
    await removeDurably(files, join(directory, MARKER_NAME));
    await publisher.hideConfig(files, task, prepared.hiddenConfig);
  }
  await placeFiles(files, prepared.entries);
  for (const path of strays) await removeDurably(files, filePath(task, path));
  await placeFiles(files, prepared.config);
  for (const record of prepared.records) await placeFiles(files, [record]);
  for (const path of strays) await removeMetadata(files, directory, path);
  if (prepared.marker !== undefined) await placeFiles(files, [prepared.marker]);
}

async function removeDurably(files: FileSystem, path: string): Promise<void> {
  if (await unlinkIfThere(files, path)) await files.syncDirectory(dirname(path));
}

/** Removes what is known of a file that is not there, and the directories that it left empty. */
export async function removeMetadata(
  files: FileSystem,
  directory: string,
  path: string,
): Promise<void> {
  await removeEmptyDirectories(files, dirname(join(directory, path)), directory);
  const metadata = metadataPath(directory, path);
  if (canHaveMetadata(path)) await unlinkIfThere(files, metadata);
  await removeEmptyDirectories(files, dirname(metadata), directory);
}
