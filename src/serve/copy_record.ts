import { basename, join } from "node:path";
import { type FileSystem, type ListedModel, MARKER_NAME, type MarkerFile } from "../../spec/mod.ts";
import { isDesktopFile } from "../disk/desktop_files.ts";
import { walk } from "../disk/walk.ts";
import type { ModelPlace } from "../layout/model_place.ts";
import { readCommitListing } from "../records/commit_listing.ts";
import { readPlan } from "../records/download_intent.ts";
import { readMarker } from "../records/marker.ts";
import { isOfferedPath } from "./offered_path.ts";

/** One copy of a model whose repository is known. */
export interface ModelCopy {
  readonly listed: ListedModel & { readonly repository: string };
  readonly place: ModelPlace;
}

/** What is recorded of a copy's files, and where. */
export interface CopyRecord {
  readonly files: readonly MarkerFile[];
  readonly commit: string;
  /** Whether files whose size and time are as recorded were verified with them. */
  readonly hash: "always" | "touched";
  /** The file that says so; a change of it is a change of the model. */
  readonly path: string | undefined;
  /** Whether it says which files the whole commit has. */
  readonly isWhole: boolean;
}

/**
 * Reads what is recorded of a copy: its marker, else the listing of its commit, else the names of the contents in the hub's
 * cache, which are their hashes.
 *
 * @returns undefined where nothing is recorded, or where it is of another repository
 */
export async function copyRecord(
  files: FileSystem,
  { listed, place }: ModelCopy,
): Promise<CopyRecord | undefined> {
  const { directory, cache } = place;
  const marker = await readMarker(files, directory);
  if (marker !== undefined) {
    const { commit } = marker;
    if (commit === "" || marker.source !== listed.repository) return undefined;
    const path = join(directory, MARKER_NAME);
    return { files: marker.files, commit, hash: "touched", path, isWhole: true };
  }
  if (cache === undefined) return undefined;
  const commit = basename(directory);
  const recorded = await readCommitListing(files, place);
  const path = recorded && join(cache.trees, `${commit}.json`);
  const named = recorded ?? (await namedByHash(files, place));
  return named && { files: named, commit, hash: "always", path, isWhole: recorded !== undefined };
}

const LARGE_REGEXP = /^[0-9a-f]{64}$/;
const SMALL_REGEXP = /^[0-9a-f]{40}$/;

/** In the hub's cache an entry is a link to a content that is named by its hash; copies in place of links say nothing. */
async function namedByHash(
  files: FileSystem,
  place: ModelPlace,
): Promise<readonly MarkerFile[] | undefined> {
  const { directory } = place;
  // A download that is not finished has not said yet what belongs to it.
  if ((await readPlan(files, place)) !== undefined) return undefined;
  const named: MarkerFile[] = [];
  for await (const { path, stat } of walk(files, directory)) {
    if (stat.kind === "directory" || isDesktopFile(path) || !isOfferedPath(path)) continue;
    if (stat.kind !== "link") return undefined;
    const entry = join(directory, path);
    const name = basename(await files.realpath(entry));
    const digest = digestNamed(name);
    if (digest === undefined) return undefined;
    const { sizeBytes } = await files.stat(entry);
    named.push({ path, sizeBytes, digest, modifiedMs: -1 });
  }
  return named.length === 0 ? undefined : named;
}

function digestNamed(name: string): MarkerFile["digest"] | undefined {
  if (LARGE_REGEXP.test(name)) return `sha256:${name}`;
  return SMALL_REGEXP.test(name) ? `git-sha1:${name}` : undefined;
}
