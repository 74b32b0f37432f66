import { dirname, join } from "node:path";
import {
  type FileSystem,
  type Marker,
  MARKER_NAME,
  type MarkerFile,
  type Random,
} from "../../spec/mod.ts";
import { copyFile } from "../disk/copy_file.ts";
import { makeDirectories, removeEmptyDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { temporaryName, unlinkIfThere, writeSmallFile } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { formatMarker } from "../manage/marker.ts";
import { etagOfDigest, formatMetadata, metadataPath, readMetadata } from "../manage/metadata.ts";
import type { DownloadTask } from "./download_task.ts";
import type { KeptFile } from "./inspect_disk.ts";
import { partialPath, type Staging } from "./staging.ts";

const CONFIG = "config.json";

/** What is to be published. */
export interface Publication {
  readonly task: DownloadTask;
  readonly staging: Staging;
  /** Files that are in place already. */
  readonly kept: readonly KeptFile[];
  /** Files whose verified content lies in the staging area. */
  readonly staged: readonly KeptFile[];
  /** Files of an earlier revision, relative to the model's directory. */
  readonly strays: readonly string[];
  readonly marker: Marker | undefined;
}

/** What publishing needs of the host. */
export interface PublishHost {
  readonly files: FileSystem;
  readonly random: Random;
  readonly clock: { now(): number };
}

/**
 * Moves verified contents to their places, so that no reader is ever fooled: `DL-ATOMIC`, `DL-CONFIG-LAST`, `MARK-LAST`.
 *
 * The order is the promise: the old marker goes first, then `config.json` leaves, then everything else changes,
 * then `config.json` comes, then the metadata, then the new marker. Each file appears whole, by one rename.
 */
export async function publishModel(host: PublishHost, publication: Publication): Promise<void> {
  const { files } = host;
  const { task, strays } = publication;
  const { kept, staged } = await hideConfig(host, publication);
  const placer = new Placer(host, publication, staged);
  const isConfig = (file: KeptFile) => file.wanted.path === CONFIG;
  await placer.place(staged.filter((file) => !isConfig(file)));
  for (const path of strays) await removeStray(files, task.directory, path);
  await placer.place(staged.filter(isConfig));
  const all = [...kept, ...staged];
  if (task.commit !== "") await writeMetadata(host, publication, all);
  if (task.writesMarker) await writeMarker(host, publication, all);
}

/** Takes the marker away, and `config.json` where other files are about to change. */
async function hideConfig(
  host: PublishHost,
  publication: Publication,
): Promise<{ readonly kept: readonly KeptFile[]; readonly staged: readonly KeptFile[] }> {
  const { files } = host;
  const { task, staging, kept, staged, strays } = publication;
  if (staged.length === 0 && strays.length === 0) return { kept, staged };
  const { directory } = task;
  if (await unlinkIfThere(files, join(directory, MARKER_NAME)))
    await files.syncDirectory(directory);
  const config = kept.find((file) => file.wanted.path === CONFIG);
  const path = join(directory, CONFIG);
  if (config === undefined) {
    if ((await lstatIfThere(files, path)) === undefined) return { kept, staged };
    // Its successor is verified and waits; until then no reader may take the directory for a model.
    await files.unlink(path);
  } else {
    await makeDirectories(files, staging.partials);
    await files.rename(path, partialPath(staging, config.wanted.contentKey));
    await files.syncDirectory(staging.partials);
  }
  await files.syncDirectory(directory);
  if (config === undefined) return { kept, staged };
  return { kept: kept.filter((file) => file !== config), staged: [...staged, config] };
}

/** Moves contents to their places; one that has several places is copied for all but the last. */
class Placer {
  readonly #host: PublishHost;
  readonly #publication: Publication;
  readonly #placesLeft = new Map<string, number>();

  constructor(host: PublishHost, publication: Publication, staged: readonly KeptFile[]) {
    this.#host = host;
    this.#publication = publication;
    for (const { wanted } of staged) {
      this.#placesLeft.set(wanted.contentKey, (this.#placesLeft.get(wanted.contentKey) ?? 0) + 1);
    }
  }

  async place(staged: readonly KeptFile[]): Promise<void> {
    const { files, random } = this.#host;
    const { task, staging } = this.#publication;
    const changed = new Set<string>();
    for (const { wanted } of staged) {
      const placesLeft = this.#placesLeft.get(wanted.contentKey) ?? 1;
      this.#placesLeft.set(wanted.contentKey, placesLeft - 1);
      let source = partialPath(staging, wanted.contentKey);
      if (placesLeft > 1) {
        const copy = join(staging.temporary, temporaryName(random));
        await makeDirectories(files, staging.temporary);
        await copyFile(files, source, { target: copy });
        source = copy;
      }
      const target = join(task.directory, ...wanted.path.split("/"));
      await renameIntoPlace(files, source, target);
      changed.add(dirname(target));
    }
    for (const directory of changed) await files.syncDirectory(directory);
  }
}

/** How often a parent may vanish between its making and the rename into it. */
const VANISHED_MAX = 20;

/** Makes the parents at this moment, also when somebody keeps removing them: `LAYOUT-PARENTS`. */
export async function renameIntoPlace(
  files: FileSystem,
  source: string,
  target: string,
): Promise<void> {
  for (let vanished = 0; ; vanished++) {
    try {
      await makeDirectories(files, dirname(target));
      await files.rename(source, target);
      return;
    } catch (error) {
      const isParentGone =
        errnoOf(error) === "ENOENT" && (await lstatIfThere(files, source)) !== undefined;
      if (!isParentGone || vanished === VANISHED_MAX) throw error;
    }
  }
}

async function removeStray(files: FileSystem, directory: string, path: string): Promise<void> {
  const place = join(directory, ...path.split("/"));
  await unlinkIfThere(files, place);
  await files.syncDirectory(dirname(place));
  await removeEmptyDirectories(files, dirname(place), directory);
  const metadata = metadataPath(directory, path);
  await unlinkIfThere(files, metadata);
  await removeEmptyDirectories(files, dirname(metadata), directory);
}

/** Writes only what is not right already: a complete model stays untouched. */
async function writeMetadata(
  host: PublishHost,
  publication: Publication,
  all: readonly KeptFile[],
): Promise<void> {
  const { files, clock, random } = host;
  const { task, staging } = publication;
  for (const { wanted, digest } of all) {
    const before = await readMetadata(files, task.directory, { path: wanted.path });
    const { modifiedMs } = await files.stat(join(task.directory, ...wanted.path.split("/")));
    const etag = etagOfDigest(digest);
    // Readers ignore metadata that is more than a second older than the file.
    const isRight =
      before?.commit === task.commit &&
      before.etag === etag &&
      before.timestampSeconds >= modifiedMs / 1000 - 1;
    if (isRight) continue;
    const timestampSeconds = Math.max(clock.now(), modifiedMs) / 1000;
    const text = formatMetadata({ commit: task.commit, etag, timestampSeconds });
    const path = metadataPath(task.directory, wanted.path);
    // Lost or torn metadata is ignored by its readers and written again, so it need not be durable.
    await writeSmallFile(files, path, {
      text,
      temporaryDirectory: staging.temporary,
      random,
      isDurable: false,
    });
  }
}

/** Writes the marker, the last step of every download: `MARK-LAST`. */
export async function writeMarker(
  host: PublishHost,
  publication: Publication,
  all: readonly KeptFile[],
): Promise<void> {
  const { files, random } = host;
  const { task, staging, marker } = publication;
  const records: MarkerFile[] = [];
  for (const { wanted, sizeBytes, digest } of all) {
    const { modifiedMs } = await files.stat(join(task.directory, ...wanted.path.split("/")));
    records.push({ path: wanted.path, sizeBytes, digest, modifiedMs });
  }
  const next: Marker = {
    format: "mlx-layout/1",
    source: task.source,
    revision: task.revision,
    commit: task.commit,
    include: task.include,
    exclude: task.exclude,
    files: records,
  };
  const text = formatMarker(next);
  const isThere =
    publication.staged.length === 0 && publication.strays.length === 0 && marker !== undefined;
  if (isThere && formatMarker(marker) === text) return;
  await writeSmallFile(files, join(task.directory, MARKER_NAME), {
    text,
    temporaryDirectory: staging.temporary,
    random,
  });
}
