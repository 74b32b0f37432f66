import { basename, join } from "node:path";
import { type Digest, type FileSystem, METADATA_DIRECTORY } from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { walk } from "../disk/walk.ts";

/** What a `.metadata` file says of the file that it stands for. */
export interface FileMetadata {
  readonly commit: string;
  readonly etag: string;
  readonly timestampSeconds: number;
}

const SUFFIX = ".metadata";

/**
 * Where the metadata of a file lies: `MANAGE-METADATA`.
 *
 * @param directory the model's directory
 * @param path the file's path relative to it
 */
export function metadataPath(directory: string, path: string): string {
  return join(directory, METADATA_DIRECTORY, `${path}${SUFFIX}`);
}

/** The most bytes that a name has on the volumes that are usual today. */
const NAME_BYTES_MAX = 255;

/** Whether a file can have metadata: the name of the metadata is longer than the file's own, `DL-LONG-NAME`. */
export function canHaveMetadata(path: string): boolean {
  return Buffer.byteLength(`${basename(path)}${SUFFIX}`) <= NAME_BYTES_MAX;
}

/** The three lines that Swift's and Python's clients read. */
export function formatMetadata(metadata: FileMetadata): string {
  return `${metadata.commit}\n${metadata.etag}\n${metadata.timestampSeconds.toFixed(6)}\n`;
}

/** Reads a file's metadata; undefined when there is none or it is not of three lines with a time. */
export async function readMetadata(
  files: FileSystem,
  directory: string,
  options: { readonly path: string },
): Promise<FileMetadata | undefined> {
  if (!canHaveMetadata(options.path)) return undefined;
  const text = await readSmallFile(files, metadataPath(directory, options.path));
  const [commit, etag, timestamp] = (text ?? "").split("\n").map((line) => line.trim());
  const timestampSeconds = Number(timestamp);
  if (!commit || !etag || !timestamp || !Number.isFinite(timestampSeconds)) return undefined;
  return { commit, etag, timestampSeconds };
}

/** Paths of all files that have metadata, relative to the model's directory. */
export async function pathsWithMetadata(files: FileSystem, directory: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of walk(files, join(directory, METADATA_DIRECTORY))) {
    if (entry.stat.kind === "file" && entry.path.endsWith(SUFFIX)) {
      paths.push(entry.path.slice(0, -SUFFIX.length));
    }
  }
  return paths;
}

/** The hash that an etag is, or undefined when it is of another kind. */
export function digestOfEtag(etag: string): Digest | undefined {
  if (/^[0-9a-f]{64}$/.test(etag)) return `sha256:${etag}`;
  return /^[0-9a-f]{40}$/.test(etag) ? `git-sha1:${etag}` : undefined;
}

/** The etag that a hash stands for. */
export function etagOfDigest(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1);
}
