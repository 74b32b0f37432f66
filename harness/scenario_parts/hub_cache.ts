import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { makeDirectories, readText, writeBytes } from "../disk/mod.ts";
import { gitBlobSha1, type HubFile, lfsPointer, sha256Hex } from "../hub/hub_file.ts";

/** The parts of a repository in the hub's own cache that scenarios look at. */
export interface HubCachePaths {
  readonly repository: string;
  readonly blobs: string;
  readonly refs: string;
  readonly snapshots: string;
}

/** Where the spec places a repository in a cache: `LAYOUT-HFCACHE`. */
export function hubCachePaths(cacheRoot: string, repository: string): HubCachePaths {
  const at = join(cacheRoot, `models--${repository.replace("/", "--")}`);
  return {
    repository: at,
    blobs: join(at, "blobs"),
    refs: join(at, "refs"),
    snapshots: join(at, "snapshots"),
  };
}

/** The hash under which a cache holds a content. */
export function blobName(file: HubFile): string {
  return file.lfs ? sha256Hex(file.bytes) : gitBlobSha1(file.bytes);
}

/** What a client that wrote a cache had in it besides a snapshot. */
export interface ForeignCacheOptions {
  readonly repository: string;
  readonly commit: string;
  /** Branch that has this commit. */
  readonly revision: string;
  /** Writes `trees/<commit>.json`, as the official client does since 2026. */
  readonly hasListing: boolean;
  /** Holds large files in the store that repositories share, with links of two hops. */
  readonly isShared: boolean;
  /** Paths that the commit is known not to have. */
  readonly absent: readonly string[];
  /** Copies in place of links, as on a volume without them. */
  readonly isCopied: boolean;
}

/**
 * Writes a snapshot into a cache as `huggingface_hub` 2.x does, entry by entry; a test holds it against the client itself.
 *
 * @returns the snapshot's directory
 */
export async function writeForeignSnapshot(
  disk: FileSystem,
  cacheRoot: string,
  options: ForeignCacheOptions & { readonly files: readonly HubFile[] },
): Promise<string> {
  const { repository, commit, revision, files } = options;
  const place = hubCachePaths(cacheRoot, repository);
  const directory = join(place.snapshots, commit);
  const text = (content: string) => new TextEncoder().encode(content);
  await writeBytes(disk, join(place.refs, ...revision.split("/")), text(commit));
  for (const file of files) {
    const parts = file.path.split("/");
    const entry = join(directory, ...parts);
    await makeDirectories(disk, join(entry, ".."));
    if (options.isCopied) {
      await writeBytes(disk, entry, file.bytes);
      continue;
    }
    const name = blobName(file);
    await writeBlob(disk, { cacheRoot, blobs: place.blobs, name, file, options });
    await disk.symlink(`${"../".repeat(parts.length + 1)}blobs/${name}`, entry);
  }
  for (const path of options.absent)
    await writeBytes(disk, join(place.repository, ".no_exist", commit, path), text(""));
  if (options.hasListing) {
    const listing = { format_version: 1, files: Object.fromEntries(files.map(listingEntry)) };
    const path = join(place.repository, "trees", `${commit}.json`);
    await writeBytes(disk, path, text(JSON.stringify(listing, undefined, 1)));
  }
  return directory;
}

/**
 * What a cache's listing of a commit says otherwise than the official client would have written it; a cache may have none.
 *
 * @returns undefined where all is right
 */
export async function wrongListing(
  disk: FileSystem,
  cacheRoot: string,
  of: { readonly repository: string; readonly commit: string; readonly files: readonly HubFile[] },
): Promise<string | undefined> {
  const { repository, commit, files } = of;
  const at = join(hubCachePaths(cacheRoot, repository).repository, "trees", `${commit}.json`);
  const text = await readText(disk, at);
  if (text === undefined) return undefined;
  const listed = new Map(entriesIn(text));
  for (const file of files) {
    const [path, facts] = listingEntry(file);
    for (const [key, value] of Object.entries(facts)) {
      const stated: unknown = listed.get(path)?.[key];
      if (stated !== value) return `the listing says of ${path} that ${key} is ${String(stated)}`;
    }
  }
  return undefined;
}

function entriesIn(text: string): [string, Record<string, unknown>][] {
  try {
    const value = JSON.parse(text) as {
      readonly format_version?: unknown;
      readonly files?: Record<string, Record<string, unknown>>;
    } | null;
    return value?.format_version === 1 ? Object.entries(value.files ?? {}) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

async function writeBlob(
  disk: FileSystem,
  blob: {
    readonly cacheRoot: string;
    readonly blobs: string;
    readonly name: string;
    readonly file: HubFile;
    readonly options: ForeignCacheOptions;
  },
): Promise<void> {
  const { cacheRoot, blobs, name, file, options } = blob;
  const place = join(blobs, name);
  await makeDirectories(disk, blobs);
  try {
    await disk.lstat(place);
    return;
  } catch {
    // It is not there yet: two paths may share one content.
  }
  if (!options.isShared || !file.lfs) {
    await writeBytes(disk, place, file.bytes);
    return;
  }
  const store = join(cacheRoot, "blobs");
  const text = (content: string) => new TextEncoder().encode(content);
  await writeBytes(disk, join(store, ".huggingface-shared-blobs"), text("1\n"));
  await writeBytes(disk, join(store, name.slice(0, 2), name), file.bytes);
  await writeBytes(disk, join(store, name.slice(0, 2), `${name}.refs`), text(`${place}\n`));
  await disk.symlink(`../../blobs/${name.slice(0, 2)}/${name}`, place);
}

function listingEntry(file: HubFile): [string, object] {
  const size = file.bytes.length;
  if (!file.lfs) return [file.path, { size, blob_id: gitBlobSha1(file.bytes) }];
  const large = { lfs_sha256: sha256Hex(file.bytes), lfs_size: size };
  return [file.path, { size, blob_id: gitBlobSha1(lfsPointer(file.bytes)), ...large }];
}
