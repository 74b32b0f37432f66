import { dirname, join } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/directories.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { readSmallFile, temporaryName, unlinkIfThere, writeSmallFile } from "../disk/small_file.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import { blobLink, type HubCachePlace, isCommit, refPath } from "../layout/hub_cache.ts";
import { writeCommitListing } from "../manage/commit_listing.ts";
import type { KeptFile } from "./inspect_disk.ts";
import {
  type Publication,
  type PublishHost,
  renameIntoPlace,
  writeMarker,
} from "./publish_model.ts";
import { partialPath } from "./staging.ts";

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
 * Contents first, then the links, `config.json` last among them, then the listing, then the ref, then the marker: other
 * clients find a snapshot by its ref alone, so a ref must never be there before its files.
 */
export async function publishSnapshot(
  host: PublishHost,
  publication: SnapshotPublication,
): Promise<void> {
  const { files } = host;
  const { task, staging, cache, staged, unlinked } = publication;
  await makeDirectories(files, cache.blobs);
  for (const contentKey of new Set(staged.map(({ wanted }) => wanted.contentKey)))
    await renameIntoPlace(files, partialPath(staging, contentKey), join(cache.blobs, contentKey));
  if (staged.length > 0) await files.syncDirectory(cache.blobs);
  const { kept, toLink } = await hideConfig(files, publication);
  const linker = new Linker(host, publication);
  await linker.link(toLink.filter(({ wanted }) => wanted.path !== CONFIG));
  await linker.link(toLink.filter(({ wanted }) => wanted.path === CONFIG));
  await writeCommitListing(host, task, { cache, temporaryDirectory: staging.temporary });
  await writeRef(host, publication);
  if (!task.writesMarker) return;
  const changed = [...staged, ...unlinked].length > 0 ? toLink : [];
  await writeMarker(host, { ...publication, staged: changed }, [...kept, ...toLink]);
}

/** Takes the marker and the link to `config.json` away where other links are about to change. */
async function hideConfig(
  files: FileSystem,
  publication: SnapshotPublication,
): Promise<{ readonly kept: readonly KeptFile[]; readonly toLink: readonly KeptFile[] }> {
  const { task, kept, staged, unlinked } = publication;
  const toLink = [...staged, ...unlinked];
  if (toLink.length === 0) return { kept, toLink };
  const { directory } = task;
  const hadMarker = await unlinkIfThere(files, join(directory, MARKER_NAME));
  if (hadMarker) await files.syncDirectory(directory);
  const config = kept.find(({ wanted }) => wanted.path === CONFIG);
  const path = join(directory, CONFIG);
  const isLink = (await lstatIfThere(files, path))?.kind === "link";
  // A copy that another client made is the only content there is; it stays, as it is right.
  if (!isLink) return { kept, toLink };
  await files.unlink(path);
  await files.syncDirectory(directory);
  if (config === undefined) return { kept, toLink };
  return { kept: kept.filter((file) => file !== config), toLink: [...toLink, config] };
}

/** Makes the links of a snapshot, each by one rename. */
class Linker {
  readonly #host: PublishHost;
  readonly #publication: SnapshotPublication;

  constructor(host: PublishHost, publication: SnapshotPublication) {
    this.#host = host;
    this.#publication = publication;
  }

  async link(toLink: readonly KeptFile[]): Promise<void> {
    const { files, random } = this.#host;
    const { task, staging } = this.#publication;
    const changed = new Set<string>();
    for (const { wanted } of toLink) {
      const target = join(task.directory, ...wanted.path.split("/"));
      const text = blobLink(wanted.path, wanted.contentKey);
      const isThere = (await lstatIfThere(files, target))?.kind === "link";
      if (isThere && (await files.readlink(target)) === text) continue;
      const temporary = join(staging.temporary, temporaryName(random));
      await makeDirectories(files, staging.temporary);
      await makeLink(files, temporary, { text, file: wanted.path });
      await renameIntoPlace(files, temporary, target);
      changed.add(dirname(target));
    }
    for (const directory of changed) await files.syncDirectory(directory);
  }
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

/** A ref is the 40 digits without a newline, old or new and never torn: `DUR-OLD-OR-NEW`. */
async function writeRef(host: PublishHost, publication: SnapshotPublication): Promise<void> {
  const { task, cache, staging } = publication;
  if (isCommit(task.revision)) return;
  const path = refPath(cache, task.revision);
  if ((await readSmallFile(host.files, path)) === task.commit) return;
  await writeSmallFile(host.files, path, {
    text: task.commit,
    temporaryDirectory: staging.temporary,
    random: host.random,
  });
}
