import { join } from "node:path";
import type { Digest, FileSystem } from "../../../spec/mod.ts";
import { errnoOf } from "../../disk/disk_error.ts";
import { algorithmOf, hashFile } from "../../disk/file_hash.ts";
import { lstatIfThere } from "../../disk/walk.ts";
import { ModelError } from "../../errors.ts";
import { blobLink, type HubCachePlace } from "../../layout/hub_cache.ts";
import { isInsideRoot } from "../../layout/inside_root.ts";
import { partialSizes } from "../transfer/adopt_partials.ts";
import { FileSource } from "../transfer/file_source.ts";
import { type DownloadTask, filePath, type WantedFile } from "../download_task.ts";
import type { DiskState, KeptFile, MissingContent } from "./disk_state.ts";

/**
 * Finds out which contents a hub cache has and which links of a snapshot are right: `LAYOUT-HFCACHE`, `DL-REPAIR-ALONE`.
 *
 * A blob is hashed, whatever its name says: every client that stops half-way or trusts a size can leave a wrong one.
 *
 * @throws {ModelError} as the hub refuses a file whose hash it hides, `unsupported` when it hides the hash of a file that it
 * gives, since the hash would name the blob, and `access-denied` when a directory stands where a link must be
 */
export async function inspectCache(
  files: FileSystem,
  task: DownloadTask,
  options: { readonly cache: HubCachePlace; readonly signal?: AbortSignal | undefined },
): Promise<DiskState> {
  const { cache, signal } = options;
  const { root } = task.place;
  const blobs = new Map<string, number | undefined>();
  const kept: KeptFile[] = [];
  const unlinked: KeptFile[] = [];
  const groups = new Map<string, [WantedFile, ...WantedFile[]]>();
  for (const wanted of task.wanted) {
    const digest = wanted.digest ?? (await refuseHidden(task, wanted, { signal }));
    const { contentKey } = wanted;
    const look = { wanted, digest, root, signal };
    const here = await inspectEntry(files, task, look);
    if (here === "copy") {
      kept.push({ wanted, digest, sizeBytes: wanted.sizeBytes ?? 0 });
      continue;
    }
    if (!blobs.has(contentKey)) {
      blobs.set(contentKey, await wholeSize(files, join(cache.blobs, contentKey), look));
    }
    const sizeBytes = blobs.get(contentKey);
    if (sizeBytes === undefined) {
      const group = groups.get(contentKey);
      if (group === undefined) groups.set(contentKey, [wanted]);
      else group.push(wanted);
    } else (here === "link" ? kept : unlinked).push({ wanted, digest, sizeBytes });
  }
  const missing: MissingContent[] = [];
  const sizes = await partialSizes(files, task);
  for (const [key, wanted] of groups) {
    const bytesKept = sizes.get(key) ?? 0;
    missing.push({ wanted, bytesKept, copyOf: undefined });
  }
  return { kept, unlinked, missing };
}

/** Who may not read a file is not told its hash; then the hub's own answer to a request for the file says why. */
async function refuseHidden(
  task: DownloadTask,
  { path, url, sizeBytes }: WantedFile,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<never> {
  const { signal = new AbortController().signal } = options;
  const source = new FileSource(task.http, { url, file: path, sizeBytes });
  const chunks = source.read({ from: 0, to: sizeBytes }, { signal });
  await chunks.next();
  await chunks.return(undefined);
  throw new ModelError(
    "unsupported",
    `Cannot place "${path}" in layout "hf-cache": the hub hides its hash, which names its content there; give a token that may read it, or use layout "hubapi"`,
    { file: path },
  );
}

interface Look {
  readonly wanted: WantedFile;
  readonly digest: Digest;
  readonly root: string;
  readonly signal?: AbortSignal | undefined;
}

/** A right link, a right copy (as clients make where there are no links), or neither. */
async function inspectEntry(
  files: FileSystem,
  task: DownloadTask,
  look: Look,
): Promise<"link" | "copy" | "neither"> {
  const { wanted } = look;
  const path = filePath(task, wanted.path);
  const kind = (await lstatIfThere(files, path))?.kind;
  if (kind === "directory") {
    throw new ModelError(
      "access-denied",
      `Cannot place "${wanted.path}": a directory of that name is in "${task.place.directory}"; move it away`,
      { file: wanted.path },
    );
  }
  if (kind === "link") {
    const isRight = (await files.readlink(path)) === blobLink(wanted.path, wanted.contentKey);
    return isRight ? "link" : "neither";
  }
  if (kind !== "file") return "neither";
  return (await wholeSize(files, path, look)) === undefined ? "neither" : "copy";
}

/** The size of a content that is as it must be; undefined when it is not, is not there, or lies outside the cache. */
async function wholeSize(files: FileSystem, path: string, look: Look): Promise<number | undefined> {
  const { wanted, digest, root, signal } = look;
  try {
    const { kind, sizeBytes } = await files.stat(path);
    if (kind !== "file" || (wanted.sizeBytes !== undefined && sizeBytes !== wanted.sizeBytes))
      return undefined;
    // A blob may be a link into the store that repositories share, and that lies in the cache too.
    if (!(await isInsideRoot(files, root, path))) return undefined;
    const found = await hashFile(files, path, { algorithm: algorithmOf(digest), signal });
    return found.digest === digest ? found.sizeBytes : undefined;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ELOOP"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}
