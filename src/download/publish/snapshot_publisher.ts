import { dirname, join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { makeDirectories } from "../../disk/directories.ts";
import { errnoOf } from "../../disk/disk_error.ts";
import {
  readSmallFile,
  temporaryName,
  unlinkIfThere,
  writeTemporaryFile,
} from "../../disk/small_file.ts";
import { lstatIfThere } from "../../disk/walk.ts";
import { ModelError } from "../../errors.ts";
import { blobLink, type HubCachePlace, isCommit, refPath } from "../../layout/hub_cache.ts";
import { partialPath } from "../../layout/model_place.ts";
import { commitListing } from "../../records/commit_listing.ts";
import { type DownloadTask, filePath } from "../download_task.ts";
import type { KeptFile } from "../inspect/disk_state.ts";
import { inspectCache } from "../inspect/inspect_cache.ts";
import { type DatedFile, dated, prepareMarker } from "./prepare_marker.ts";
import type {
  Move,
  PreparedPublication,
  Publication,
  Publisher,
  PublishHost,
} from "./publisher.ts";

const CONFIG = "config.json";

/**
 * Publishes a snapshot of a repository in a hub cache: links to contents that lie under their hashes: `LAYOUT-HFCACHE`.
 *
 * Other clients find a snapshot by its ref alone, so a ref must never be there before its files (`LAYOUT-REF-LAST`).
 */
export function snapshotPublisher(cache: HubCachePlace): Publisher {
  return {
    directories: ({ revision }) => [
      cache.blobs,
      cache.trees,
      ...(isCommit(revision) ? [] : [dirname(refPath(cache, revision))]),
    ],
    inspect: (files, task, { signal }) => inspectCache(files, task, { cache, signal }),
    // Each commit has a directory of its own, so no earlier one leaves anything in it.
    findStrays: async () => [],
    prepare: (host, publication) => prepare(host, publication, cache),
    hideConfig,
  };
}

async function prepare(
  host: PublishHost,
  publication: Publication,
  cache: HubCachePlace,
): Promise<PreparedPublication> {
  const { files } = host;
  const { task, kept, staged, unlinked } = publication;
  const { staging } = task.place;
  const toLink = [...staged, ...unlinked];
  const isChanged = toLink.length > 0;
  const hiddenConfig = isChanged ? await linkedConfig(files, publication) : undefined;
  const links = await prepareLinks(host, task, {
    cache,
    toLink: hiddenConfig ? [...toLink, hiddenConfig] : toLink,
  });
  const isConfig = ({ target }: Move) => target === filePath(task, CONFIG);
  const listing = await prepareListing(host, task, cache);
  const ref = await prepareRef(host, task, cache);
  const all: DatedFile[] = [];
  for (const file of kept) all.push(await dated(files, file, filePath(task, file.wanted.path)));
  for (const file of unlinked)
    all.push(await dated(files, file, join(cache.blobs, file.wanted.contentKey)));
  for (const file of staged)
    all.push(await dated(files, file, partialPath(staging, file.wanted.contentKey)));
  return {
    // One content has one name, however many paths lead to it.
    blobs: [...new Set(staged.map(({ wanted }) => wanted.contentKey))].map((key) => ({
      source: partialPath(staging, key),
      target: join(cache.blobs, key),
    })),
    isChanged,
    hiddenConfig,
    entries: links.filter((move) => !isConfig(move)),
    config: links.filter(isConfig),
    records: [listing, ref].filter((move) => move !== undefined),
    marker: await prepareMarker(host, { ...publication, isChanged }, all),
  };
}

/** A link to `config.json` that is right, and leaves while other links change; a copy is the only content there is. */
async function linkedConfig(
  files: FileSystem,
  { task, kept }: Publication,
): Promise<KeptFile | undefined> {
  const config = kept.find(({ wanted }) => wanted.path === CONFIG);
  const kind = (await lstatIfThere(files, filePath(task, CONFIG)))?.kind;
  return kind === "link" ? config : undefined;
}

async function hideConfig(files: FileSystem, task: DownloadTask): Promise<void> {
  const path = filePath(task, CONFIG);
  if ((await lstatIfThere(files, path))?.kind !== "link") return;
  if (await unlinkIfThere(files, path)) await files.syncDirectory(task.place.directory);
}

/** Makes every link that is not right under a temporary name, to be put in its place by one rename. */
async function prepareLinks(
  host: PublishHost,
  task: DownloadTask,
  context: { readonly cache: HubCachePlace; readonly toLink: readonly KeptFile[] },
): Promise<Move[]> {
  const { files, random } = host;
  const { cache, toLink } = context;
  const { staging } = task.place;
  await makeDirectories(files, cache.blobs);
  const moves: Move[] = [];
  for (const { wanted } of toLink) {
    const target = filePath(task, wanted.path);
    const text = blobLink(wanted.path, wanted.contentKey);
    const isThere = (await lstatIfThere(files, target))?.kind === "link";
    const isRight = isThere && (await files.readlink(target)) === text;
    // The one to the configuration is taken away meanwhile, right or not.
    if (isRight && wanted.path !== CONFIG) continue;
    const source = join(staging.temporary, temporaryName(random));
    await makeLink(files, source, { text, file: wanted.path });
    await makeDirectories(files, dirname(target));
    moves.push({ source, target });
  }
  return moves;
}

async function makeLink(
  files: FileSystem,
  path: string,
  { text, file }: { readonly text: string; readonly file: string },
): Promise<void> {
  try {
    await files.symlink(text, path);
  } catch (error) {
    if (!["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"].includes(errnoOf(error) ?? "")) throw error;
    throw new ModelError(
      "unsupported",
      `Cannot place "${file}" in layout "hf-cache": this volume has no symbolic links; use layout "hubapi" or another volume`,
      { file, cause: error },
    );
  }
}

/** The listing of the commit as the official client writes it, where there is none yet: `MANAGE-HFCACHE`. */
async function prepareListing(
  host: PublishHost,
  task: DownloadTask,
  cache: HubCachePlace,
): Promise<Move | undefined> {
  const target = join(cache.trees, `${task.commit}.json`);
  const text = commitListing(task.listing ?? []);
  // A commit never changes, so neither does its listing.
  if (text === undefined || (await readSmallFile(host.files, target)) !== undefined)
    return undefined;
  return prepareText(host, task, { text, target });
}

/** A ref is the 40 digits without a newline, old or new and never torn: `DUR-OLD-OR-NEW`. */
async function prepareRef(
  host: PublishHost,
  task: DownloadTask,
  cache: HubCachePlace,
): Promise<Move | undefined> {
  if (isCommit(task.revision)) return undefined;
  const target = refPath(cache, task.revision);
  if ((await readSmallFile(host.files, target)) === task.commit) return undefined;
  return prepareText(host, task, { text: task.commit, target });
}

async function prepareText(
  { files, random }: PublishHost,
  { place }: DownloadTask,
  { text, target }: { readonly text: string; readonly target: string },
): Promise<Move> {
  await makeDirectories(files, dirname(target));
  const temporaryDirectory = place.staging.temporary;
  return { source: await writeTemporaryFile(files, { text, temporaryDirectory, random }), target };
}
