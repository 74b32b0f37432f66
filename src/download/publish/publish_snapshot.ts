import { dirname, join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../../spec/mod.ts";
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
import { commitListing } from "../../records/commit_listing.ts";
import type { KeptFile } from "../inspect/disk_state.ts";
import {
  dated,
  type DatedFile,
  type Move,
  prepareMarker,
  type Publication,
  type PublishHost,
} from "./prepare_publication.ts";
import { placeAll } from "./publish_model.ts";
import { partialPath } from "../../records/staging.ts";

const CONFIG = "config.json";

/** What is to be published in a hub cache. */
export interface SnapshotPublication extends Publication {
  readonly cache: HubCachePlace;
  /** Files whose content is in `blobs` already. */
  readonly unlinked: readonly KeptFile[];
}

/**
 * Publishes a snapshot in a hub cache: `LAYOUT-HFCACHE`, `DL-ATOMIC`, `DL-CONFIG-LAST`, `MARK-LAST`.
 *
 * Everything that needs room is written first. Then contents get their names, then come the links, `config.json` last
 * among them, then the listing, then the ref, then the marker: other clients find a snapshot by its ref alone, so a ref
 * must never be there before its files (`LAYOUT-REF-LAST`).
 */
export async function publishSnapshot(
  host: PublishHost,
  publication: SnapshotPublication,
): Promise<void> {
  const { files } = host;
  const { task, staging, cache, kept, staged, unlinked } = publication;
  const toLink = [...staged, ...unlinked];
  const config = toLink.length === 0 ? undefined : await configLink(files, publication);
  const links = await prepareLinks(host, publication, config ? [...toLink, config] : toLink);
  const isConfig = ({ target }: Move) => target === join(task.directory, CONFIG);
  const listing = await prepareListing(host, publication);
  const ref = await prepareRef(host, publication);
  const all: DatedFile[] = [];
  for (const file of kept)
    all.push(await dated(files, file, join(task.directory, ...file.wanted.path.split("/"))));
  for (const file of unlinked)
    all.push(await dated(files, file, join(cache.blobs, file.wanted.contentKey)));
  for (const file of staged)
    all.push(await dated(files, file, partialPath(staging, file.wanted.contentKey)));
  const changed = { ...publication, staged: toLink };
  const marker = task.writesMarker ? await prepareMarker(host, changed, all) : undefined;
  await placeAll(files, blobMoves(publication));
  if (toLink.length > 0)
    await hideModel(files, task.directory, { hasConfig: config !== undefined });
  await placeAll(
    files,
    links.filter((move) => !isConfig(move)),
  );
  await placeAll(files, links.filter(isConfig));
  for (const move of [listing, ref, marker]) if (move !== undefined) await placeAll(files, [move]);
}

/** One content has one name, however many paths lead to it. */
function blobMoves({ staging, cache, staged }: SnapshotPublication): Move[] {
  const keys = new Set(staged.map(({ wanted }) => wanted.contentKey));
  return [...keys].map((key) => ({
    source: partialPath(staging, key),
    target: join(cache.blobs, key),
  }));
}

/** A link to `config.json` that is right, and leaves while other links change; a copy is the only content there is. */
async function configLink(
  files: FileSystem,
  { task, kept }: SnapshotPublication,
): Promise<KeptFile | undefined> {
  const config = kept.find(({ wanted }) => wanted.path === CONFIG);
  const kind = (await lstatIfThere(files, join(task.directory, CONFIG)))?.kind;
  return kind === "link" ? config : undefined;
}

/** Takes the marker away, and the link to `config.json`: from here on the directory looks like no model. */
async function hideModel(
  files: FileSystem,
  directory: string,
  { hasConfig }: { readonly hasConfig: boolean },
): Promise<void> {
  if (await unlinkIfThere(files, join(directory, MARKER_NAME)))
    await files.syncDirectory(directory);
  const path = join(directory, CONFIG);
  const isLink = (await lstatIfThere(files, path))?.kind === "link";
  if (!isLink && !hasConfig) return;
  if (isLink && (await unlinkIfThere(files, path))) await files.syncDirectory(directory);
}

/** Makes every link that is not right under a temporary name, to be put in its place by one rename. */
async function prepareLinks(
  host: PublishHost,
  { task, staging, cache }: SnapshotPublication,
  toLink: readonly KeptFile[],
): Promise<Move[]> {
  const { files, random } = host;
  await makeDirectories(files, cache.blobs);
  const moves: Move[] = [];
  for (const { wanted } of toLink) {
    const target = join(task.directory, ...wanted.path.split("/"));
    const text = blobLink(wanted.path, wanted.contentKey);
    const isThere = (await lstatIfThere(files, target))?.kind === "link";
    const isRight = isThere && (await files.readlink(target)) === text;
    // The one to the configuration is taken away meanwhile, right or not.
    if (isRight && wanted.path !== CONFIG) continue;
    const source = join(staging.temporary, temporaryName(random));
    await makeDirectories(files, staging.temporary);
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
      `Cannot place "${file}" in layout "hf-cache" as this volume has no symbolic links: use layout "hubapi" or another volume`,
      { file, cause: error },
    );
  }
}

/** The listing of the commit as the official client writes it, where there is none yet: `MANAGE-HFCACHE`. */
async function prepareListing(
  host: PublishHost,
  publication: SnapshotPublication,
): Promise<Move | undefined> {
  const { task, cache } = publication;
  const target = join(cache.trees, `${task.commit}.json`);
  const text = commitListing(task.listing ?? []);
  // A commit never changes, so neither does its listing.
  if (text === undefined || (await readSmallFile(host.files, target)) !== undefined)
    return undefined;
  return prepareText(host, publication, { text, target });
}

/** A ref is the 40 digits without a newline, old or new and never torn: `DUR-OLD-OR-NEW`. */
async function prepareRef(
  host: PublishHost,
  publication: SnapshotPublication,
): Promise<Move | undefined> {
  const { task, cache } = publication;
  if (isCommit(task.revision)) return undefined;
  const target = refPath(cache, task.revision);
  if ((await readSmallFile(host.files, target)) === task.commit) return undefined;
  return prepareText(host, publication, { text: task.commit, target });
}

async function prepareText(
  { files, random }: PublishHost,
  { staging }: SnapshotPublication,
  { text, target }: { readonly text: string; readonly target: string },
): Promise<Move> {
  await makeDirectories(files, dirname(target));
  const temporaryDirectory = staging.temporary;
  return { source: await writeTemporaryFile(files, { text, temporaryDirectory, random }), target };
}
