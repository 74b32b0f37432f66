import { parseJsonText } from "../limits/parse_json_text.ts";
import { basename, join } from "node:path";
import {
  DEFAULT_PATTERNS,
  type Digest,
  type FileSystem,
  fnmatch,
  type MarkerFile,
} from "../../spec/mod.ts";
import { readSmallFile } from "../disk/small_file.ts";
import type { ListedFile } from "../hub/list_files.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { assertSafePath } from "../layout/safe_path.ts";

/** What the official client calls this form of a listing; it ignores any other. */
const FORMAT_VERSION = 1;

/**
 * The text of `trees/<commit>.json`, by which the official client knows what a whole snapshot has: `MANAGE-HFCACHE`.
 *
 * @returns undefined where the hub hides a part of the facts
 */
export function commitListing(listing: readonly ListedFile[]): string | undefined {
  const entries: [string, object][] = [];
  for (const { path, sizeBytes, digest, blobId, xetHash } of listing) {
    if (blobId === undefined || digest === undefined) return undefined;
    const [algorithm, hex] = digest.split(":");
    const large = algorithm === "sha256" ? { lfs_sha256: hex, lfs_size: sizeBytes } : {};
    const xet = xetHash === undefined ? {} : { xet_hash: xetHash };
    entries.push([path, { size: sizeBytes, blob_id: blobId, ...large, ...xet }]);
  }
  entries.sort(([one], [two]) => (one < two ? -1 : 1));
  // Built as text, because an object would lose a file that is called `__proto__`.
  const lines = entries.map(
    ([path, facts]) => `  ${JSON.stringify(path)}: ${JSON.stringify(facts)}`,
  );
  return `{\n "format_version": ${FORMAT_VERSION},\n "files": {\n${lines.join(",\n")}\n }\n}`;
}

/** The files that the MLX runtimes read. */
const isRead = (path: string) => DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path));

/**
 * What the listing of a snapshot's commit says of the files that the MLX runtimes read, or undefined when there is none.
 *
 * It takes the place of a marker for snapshots that another client wrote. Their times never count as verified.
 *
 * @param options `isAsked`: of which files, where not of those
 */
export async function readCommitListing(
  files: FileSystem,
  { directory, cache }: ModelPlace,
  { isAsked = isRead }: { readonly isAsked?: (path: string) => boolean } = {},
): Promise<readonly MarkerFile[] | undefined> {
  if (cache === undefined) return undefined;
  const text = await readSmallFile(files, join(cache.trees, `${basename(directory)}.json`));
  return text === undefined ? undefined : parseListing(text, isAsked);
}

function parseListing(text: string, isAsked: (path: string) => boolean): MarkerFile[] | undefined {
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch {
    // What is not a listing proves nothing.
    return undefined;
  }
  if (!isRecord(value) || value["format_version"] !== FORMAT_VERSION || !isRecord(value["files"]))
    return undefined;
  const listed: MarkerFile[] = [];
  for (const [path, facts] of Object.entries(value["files"])) {
    if (!isAsked(path)) continue;
    const file = isRecord(facts) && isSafe(path) ? listedFile(path, facts) : undefined;
    if (file === undefined) return undefined;
    listed.push(file);
  }
  return listed.length === 0 ? undefined : listed;
}

function listedFile(path: string, facts: Record<string, unknown>): MarkerFile | undefined {
  const { size, blob_id: blobId, lfs_sha256: sha256, lfs_size: lfsSize } = facts;
  const sizeBytes = sha256 === undefined ? size : (lfsSize ?? size);
  const hex = sha256 ?? blobId;
  if (typeof hex !== "string") return undefined;
  const digest = sha256 === undefined ? `git-sha1:${hex}` : `sha256:${hex}`;
  if (!/^(?:sha256:[0-9a-f]{64}|git-sha1:[0-9a-f]{40})$/.test(digest)) return undefined;
  if (typeof sizeBytes !== "number" || !Number.isSafeInteger(sizeBytes)) return undefined;
  return { path, sizeBytes, digest: digest as Digest, modifiedMs: -1 };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSafe(path: string): boolean {
  try {
    assertSafePath(path);
    return true;
  } catch {
    return false;
  }
}
