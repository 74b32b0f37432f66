import { type Digest, METADATA_DIRECTORY } from "../../spec/mod.ts";
import type { DirectoryFile } from "./list_entries.ts";

const SUFFIX = ".metadata";

/** One line of a downloader's bookkeeping: which file it is about, and the file that says so. */
export interface RecordFile {
  /** Path of the file that the record is about, relative to the model's directory. */
  readonly about: string;
  readonly record: DirectoryFile;
}

/** Finds the records that Swift's and Python's clients keep beside a model. */
export function recordFiles(entries: readonly DirectoryFile[]): RecordFile[] {
  return entries
    .filter(({ path }) => path.startsWith(`${METADATA_DIRECTORY}/`) && path.endsWith(SUFFIX))
    .map((record) => ({
      about: record.path.slice(METADATA_DIRECTORY.length + 1, -SUFFIX.length),
      record,
    }));
}

/**
 * Reads the hash that a record states: `LOAD-FLIPPED`.
 *
 * A record has three lines: commit, ETag and time. An ETag of 64 hexadecimal digits is the SHA-256, one of 40
 * the git hash; any other says nothing about the bytes.
 */
export function digestOfRecord(bytes: Uint8Array): Digest | undefined {
  const [, etag = "", time] = new TextDecoder().decode(bytes).split("\n");
  return time === undefined ? undefined : digestOfEtag(etag);
}

function digestOfEtag(etag: string): Digest | undefined {
  const hash = etag.trim().replace(/^W\//, "").replaceAll('"', "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return `sha256:${hash}`;
  return /^[0-9a-f]{40}$/.test(hash) ? `git-sha1:${hash}` : undefined;
}
