import { createHash } from "node:crypto";
import { gitBlobSha1, type HubFile, lfsPointer, sha256Hex } from "../hub_file.ts";
import type { HubCommit } from "../hub_repositories.ts";

/** One entry of a tree listing. */
export interface ListingEntry {
  readonly type: "file" | "directory";
  readonly oid: string;
  readonly size: number;
  readonly path: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

// A commit never changes, so its entries are made once.
const memo = new WeakMap<HubCommit, readonly ListingEntry[]>();

/** Every file and directory of a commit, by path. */
export function listingEntries(commit: HubCommit): readonly ListingEntry[] {
  let entries = memo.get(commit);
  if (entries === undefined) {
    const directories = new Set<string>();
    for (const path of commit.files.keys()) {
      for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
        directories.add(path.slice(0, at));
      }
    }
    entries = [
      ...[...directories].map(directoryEntry),
      ...[...commit.files.values()].map(fileEntry),
    ].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    memo.set(commit, entries);
  }
  return entries;
}

/** The entry as a reader without access to a gated repository sees it. */
export function maskedEntry(entry: ListingEntry): ListingEntry {
  if (entry.lfs === undefined) return entry;
  return { ...entry, lfs: { ...entry.lfs, oid: "*".repeat(64) } };
}

function directoryEntry(path: string): ListingEntry {
  const oid = createHash("sha1").update(`tree ${path}`).digest("hex");
  return { type: "directory", oid, size: 0, path };
}

function fileEntry({ path, bytes, lfs }: HubFile): ListingEntry {
  const size = bytes.length;
  if (!lfs) return { type: "file", oid: gitBlobSha1(bytes), size, path };
  const pointer = lfsPointer(bytes);
  const store = { oid: sha256Hex(bytes), size, pointerSize: pointer.length };
  return { type: "file", oid: gitBlobSha1(pointer), size, path, lfs: store };
}
