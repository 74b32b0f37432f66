import { dirname, join } from "node:path";
import { type FileSystem, type Marker, MARKER_NAME, type Random } from "../../../spec/mod.ts";
import { copyFile } from "../../disk/copy_file.ts";
import { makeDirectories } from "../../disk/directories.ts";
import { temporaryName, writeTemporaryFile } from "../../disk/small_file.ts";
import { formatMarker } from "../../records/marker.ts";
import {
  etagOfDigest,
  formatMetadata,
  metadataPath,
  readMetadata,
} from "../../records/metadata.ts";
import type { DownloadTask } from "../download_task.ts";
import type { KeptFile } from "../inspect/disk_state.ts";
import { partialPath, type Staging } from "../../records/staging.ts";

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

/** A file that waits in the staging area for its place. */
export interface Move {
  readonly source: string;
  readonly target: string;
}

/** Everything that publishing will put somewhere, written and waiting. */
export interface PreparedPublication {
  readonly contents: readonly Move[];
  readonly config: readonly Move[];
  readonly metadata: readonly Move[];
  readonly marker: Move | undefined;
  /** A `config.json` that stays as it is, and leaves while other files change. */
  readonly hiddenConfig: KeptFile | undefined;
}

const CONFIG = "config.json";

/**
 * Does everything of publishing that needs room, so that what is left is renames: a full disk fails before anything that
 * was good is touched (`OFF-KEEPS`), and what was made for it is cleared away by the next download.
 */
export async function preparePublication(
  host: PublishHost,
  publication: Publication,
): Promise<PreparedPublication> {
  const { files } = host;
  const { task, kept, staged, strays } = publication;
  const isChanged = staged.length > 0 || strays.length > 0;
  const hiddenConfig = isChanged ? kept.find((file) => file.wanted.path === CONFIG) : undefined;
  const placed = hiddenConfig === undefined ? staged : [...staged, hiddenConfig];
  const moves = await prepareContents(host, publication, placed);
  const all: DatedFile[] = [];
  for (const file of kept) all.push(await dated(files, file, placeOf(task, file)));
  for (const [at, file] of staged.entries())
    all.push(await dated(files, file, moves[at]?.source ?? placeOf(task, file)));
  const isConfig = ({ target }: Move) => target === join(task.directory, CONFIG);
  return {
    contents: moves.filter((move) => !isConfig(move)),
    config: moves.filter(isConfig),
    metadata: task.commit === "" ? [] : await prepareMetadata(host, publication, all),
    marker: task.writesMarker ? await prepareMarker(host, publication, all) : undefined,
    hiddenConfig,
  };
}

/** A file with the time of its last change, which moving it does not alter. */
export interface DatedFile extends KeptFile {
  readonly modifiedMs: number;
}

/** Notes when a file was changed last, where it lies now. */
export async function dated(files: FileSystem, file: KeptFile, path: string): Promise<DatedFile> {
  return { ...file, modifiedMs: (await files.stat(path)).modifiedMs };
}

function placeOf(task: DownloadTask, { wanted }: KeptFile): string {
  return join(task.directory, ...wanted.path.split("/"));
}

/** One content that has several places is copied for all but the last, in the order of the files. */
async function prepareContents(
  host: PublishHost,
  { task, staging }: Publication,
  placed: readonly KeptFile[],
): Promise<Move[]> {
  const { files, random } = host;
  const placesLeft = new Map<string, number>();
  for (const { wanted } of placed)
    placesLeft.set(wanted.contentKey, (placesLeft.get(wanted.contentKey) ?? 0) + 1);
  const moves: Move[] = [];
  for (const file of placed) {
    const { contentKey } = file.wanted;
    const left = placesLeft.get(contentKey) ?? 1;
    placesLeft.set(contentKey, left - 1);
    let source = partialPath(staging, contentKey);
    if (left > 1) {
      const copy = join(staging.temporary, temporaryName(random));
      await makeDirectories(files, staging.temporary);
      await copyFile(files, source, { target: copy });
      source = copy;
    }
    const target = placeOf(task, file);
    await makeDirectories(files, dirname(target));
    moves.push({ source, target });
  }
  if (moves.length > 0) await makeDirectories(files, staging.partials);
  return moves;
}

/** Only what is not right already: a complete model stays untouched. */
async function prepareMetadata(
  host: PublishHost,
  { task, staging }: Publication,
  all: readonly DatedFile[],
): Promise<Move[]> {
  const { files, clock, random } = host;
  const moves: Move[] = [];
  for (const { wanted, digest, modifiedMs } of all) {
    const before = await readMetadata(files, task.directory, { path: wanted.path });
    const etag = etagOfDigest(digest);
    // Readers ignore metadata that is more than a second older than the file.
    const isRight =
      before?.commit === task.commit &&
      before.etag === etag &&
      before.timestampSeconds >= modifiedMs / 1000 - 1;
    if (isRight) continue;
    const timestampSeconds = Math.max(clock.now(), modifiedMs) / 1000;
    const target = metadataPath(task.directory, wanted.path);
    await makeDirectories(files, dirname(target));
    // Lost or torn metadata is ignored by its readers and written again, so it need not be durable.
    const source = await writeTemporaryFile(files, {
      text: formatMetadata({ commit: task.commit, etag, timestampSeconds }),
      temporaryDirectory: staging.temporary,
      random,
      isDurable: false,
    });
    moves.push({ source, target });
  }
  return moves;
}

/** Writes the next marker beside its place; undefined where the one that is there says the same. */
export async function prepareMarker(
  host: PublishHost,
  publication: Publication,
  all: readonly DatedFile[],
): Promise<Move | undefined> {
  const { files, random } = host;
  const { task, staging, marker } = publication;
  const text = formatMarker({
    format: "mlx-layout/1",
    source: task.source,
    revision: task.revision,
    commit: task.commit,
    include: task.include,
    exclude: task.exclude,
    files: all.map(({ wanted, sizeBytes, digest, modifiedMs }) => ({
      path: wanted.path,
      sizeBytes,
      digest,
      modifiedMs,
    })),
  });
  const isThere =
    publication.staged.length === 0 && publication.strays.length === 0 && marker !== undefined;
  if (isThere && formatMarker(marker) === text) return undefined;
  const source = await writeTemporaryFile(files, {
    text,
    temporaryDirectory: staging.temporary,
    random,
  });
  return { source, target: join(task.directory, MARKER_NAME) };
}
