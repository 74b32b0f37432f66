import { createHash } from "node:crypto";
import { join } from "node:path";
import { type FileSystem, fnmatch, type MarkerFile } from "../../spec/mod.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { hashFile } from "../disk/file_hash.ts";
import { walk } from "../disk/walk.ts";
import { readPlan } from "../records/download_intent.ts";
import { readMarker } from "../records/marker.ts";
import type { CopyRecord, ModelCopy } from "./copy_record.ts";
import { isOfferedPath } from "./offered_path.ts";

/** Files that the hub keeps in its store of large files, whatever their size. */
const LARGE_NAMES = ["*.safetensors", "*.npz", "*.gguf", "*.bin", "*.model"] as const;
/** From here on every file is large. */
const LARGE_BYTES_MIN = 10 * 1024 * 1024;

/**
 * Makes the record of a copy of which nothing is recorded, by reading it: what its bytes should be nobody knows.
 *
 * Its commit is the SHA-1 of the lines `<digest> <path>` in order of their paths, so that equal files have equal commits.
 *
 * @returns undefined for half a download, and for a copy that another record belongs to
 */
export async function recordByReading(
  files: FileSystem,
  { place }: ModelCopy,
  signal?: AbortSignal,
): Promise<CopyRecord | undefined> {
  const { directory } = place;
  if ((await readPlan(files, place)) !== undefined) return undefined;
  // A marker that did not do is of another repository, or of an address.
  if ((await readMarker(files, directory)) !== undefined) return undefined;
  const read: MarkerFile[] = [];
  for await (const { path, stat } of walk(files, directory)) {
    if (stat.kind !== "file" && stat.kind !== "link") continue;
    if (isDesktopFile(path) || !isOfferedPath(path)) continue;
    const entry = join(directory, path);
    const { kind, sizeBytes, modifiedMs } = await files.stat(entry);
    if (kind !== "file") continue;
    const algorithm = isLarge(path, sizeBytes) ? "sha256" : "git-sha1";
    const { digest } = await hashFile(files, entry, { algorithm, signal });
    read.push({ path, sizeBytes, digest, modifiedMs });
  }
  if (read.length === 0) return undefined;
  read.sort((one, two) => (one.path < two.path ? -1 : 1));
  const hash = createHash("sha1");
  for (const { path, digest } of read) hash.update(`${digest} ${path}\n`);
  const commit = hash.digest("hex");
  return { files: read, commit, hash: "touched", path: undefined, isWhole: false };
}

function isLarge(path: string, sizeBytes: number): boolean {
  return sizeBytes >= LARGE_BYTES_MIN || LARGE_NAMES.some((pattern) => fnmatch(pattern, path));
}
