import { dirname, join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { absenceFinder } from "../../disk/absence_finder.ts";
import { copyFile } from "../../disk/copy_file.ts";
import { makeDirectories } from "../../disk/directories.ts";
import { temporaryName, unlinkIfThere, writeTemporaryFile } from "../../disk/small_file.ts";
import { partialPath } from "../../layout/model_place.ts";
import {
  canHaveMetadata,
  etagOfDigest,
  formatMetadata,
  metadataPath,
  readMetadata,
} from "../../records/metadata.ts";
import { type DownloadTask, filePath } from "../download_task.ts";
import type { KeptFile } from "../inspect/disk_state.ts";
import { inspectDirectory } from "../inspect/inspect_directory.ts";
import { findStrays } from "./find_strays.ts";
import { type DatedFile, dated, prepareMarker } from "./prepare_marker.ts";
import type {
  Move,
  PreparedPublication,
  Publication,
  Publisher,
  PublishHost,
} from "./publisher.ts";

const CONFIG = "config.json";

/** Publishes into a directory of the model's own, which holds its files and their metadata: `MANAGE-METADATA`. */
export const directoryPublisher: Publisher = {
  directories: () => [],
  inspect: inspectDirectory,
  findStrays,
  prepare,
  hideConfig,
};

async function prepare(host: PublishHost, publication: Publication): Promise<PreparedPublication> {
  const { files } = host;
  const { task, kept, staged, strays } = publication;
  const isChanged = staged.length > 0 || strays.length > 0;
  const hiddenConfig = isChanged ? kept.find((file) => file.wanted.path === CONFIG) : undefined;
  const placed = hiddenConfig === undefined ? staged : [...staged, hiddenConfig];
  const moves = await prepareContents(host, task, placed);
  const all: DatedFile[] = [];
  for (const file of kept) all.push(await dated(files, file, filePath(task, file.wanted.path)));
  for (const [at, file] of staged.entries())
    all.push(await dated(files, file, moves[at]?.source ?? filePath(task, file.wanted.path)));
  const isConfig = ({ target }: Move) => target === filePath(task, CONFIG);
  return {
    blobs: [],
    isChanged,
    hiddenConfig,
    entries: moves.filter((move) => !isConfig(move)),
    config: moves.filter(isConfig),
    records: task.commit === "" ? [] : await prepareMetadata(host, task, all),
    marker: await prepareMarker(host, { ...publication, isChanged }, all),
  };
}

/** One content that has several places is copied for all but the last, in the order of the files. */
async function prepareContents(
  host: PublishHost,
  task: DownloadTask,
  placed: readonly KeptFile[],
): Promise<Move[]> {
  const { files, random } = host;
  const { staging } = task.place;
  const placesLeft = new Map<string, number>();
  for (const { wanted } of placed)
    placesLeft.set(wanted.contentKey, (placesLeft.get(wanted.contentKey) ?? 0) + 1);
  const makeParent = parentMaker(files);
  const moves: Move[] = [];
  for (const { wanted } of placed) {
    const { contentKey } = wanted;
    const left = placesLeft.get(contentKey) ?? 1;
    placesLeft.set(contentKey, left - 1);
    let source = partialPath(staging, contentKey);
    if (left > 1) {
      const copy = join(staging.temporary, temporaryName(random));
      await copyFile(files, source, { target: copy });
      source = copy;
    }
    const target = filePath(task, wanted.path);
    await makeParent(target);
    moves.push({ source, target });
  }
  return moves;
}

/** Only what is not right already: a complete model stays untouched. */
async function prepareMetadata(
  host: PublishHost,
  task: DownloadTask,
  all: readonly DatedFile[],
): Promise<Move[]> {
  const { files, clock, random } = host;
  const { directory, staging } = task.place;
  const makeParent = parentMaker(files);
  const isAbsent = absenceFinder(files);
  const moves: Move[] = [];
  for (const { wanted, digest, modifiedMs } of all) {
    if (!canHaveMetadata(wanted.path)) continue;
    const target = metadataPath(directory, wanted.path);
    const before = (await isAbsent(target))
      ? undefined
      : await readMetadata(files, directory, { path: wanted.path });
    const etag = etagOfDigest(digest);
    // Readers ignore metadata that is more than a second older than the file.
    const isRight =
      before?.commit === task.commit &&
      before.etag === etag &&
      before.timestampSeconds >= modifiedMs / 1000 - 1;
    if (isRight) continue;
    const timestampSeconds = Math.max(clock.now(), modifiedMs) / 1000;
    await makeParent(target);
    // Lost or torn metadata is ignored by its readers and written again, so it need not be durable.
    const source = await writeTemporaryFile(files, {
      text: formatMetadata({ commit: task.commit, etag, timestampSeconds }),
      temporaryDirectory: staging.temporary,
      random,
      isDurable: false,
    });
    moves.push({ source, target, isDurable: false });
  }
  return moves;
}

/** Makes the parents of many files, and looks at each directory once. */
function parentMaker(files: FileSystem): (path: string) => Promise<void> {
  const made = new Set<string>();
  return async (path) => {
    const parent = dirname(path);
    if (made.has(parent)) return;
    await makeDirectories(files, parent);
    made.add(parent);
  };
}

async function hideConfig(
  files: FileSystem,
  task: DownloadTask,
  hiddenConfig: KeptFile | undefined,
): Promise<void> {
  const { directory, staging } = task.place;
  const path = filePath(task, CONFIG);
  if (hiddenConfig === undefined) {
    // Its successor is verified and waits; until then no reader may mistake the directory for a model.
    if (!(await unlinkIfThere(files, path))) return;
  } else {
    await files.rename(path, partialPath(staging, hiddenConfig.wanted.contentKey));
    await files.syncDirectory(staging.partials);
  }
  await files.syncDirectory(directory);
}
