import { join, relative, sep } from "node:path";
import { type FileSystem, MARKER_NAME } from "../../spec/mod.ts";
import { lstatIfThere } from "../disk/walk.ts";
import { formatMarker } from "../records/marker.ts";
import {
  canHaveMetadata,
  etagOfDigest,
  formatMetadata,
  metadataPath,
} from "../records/metadata.ts";
import type { SharePlan } from "./plan_share.ts";
import { isRecorded, type SourceFile } from "./share_source.ts";

/** State that a store's readers, or the implementation itself, want beside the files. */
export interface ShareRecord {
  /** Where, relative to the target's base, with `/`. */
  readonly at: string;
  /** Of metadata: the file that it is about; a marker is about all. */
  readonly file: SourceFile | undefined;
}

/**
 * Which records a store takes and does not have: metadata where HubApi and `huggingface_hub` read it, a marker below a root of the
 * implementation's own. Where nothing says what the bytes must be there are none.
 *
 * @param layout that of the store
 */
export async function lackingRecords(
  files: FileSystem,
  { source, target }: SharePlan,
  layout: string,
): Promise<readonly ShareRecord[]> {
  const { place, base, isOwn } = target;
  if (source.commit === "" || !isRecorded(source)) return [];
  const wanted: ShareRecord[] = [];
  const below = (path: string) => relative(base, path).split(sep).join("/");
  if (place.cache === undefined && (layout === "hubapi" || isOwn))
    for (const file of source.files)
      if (canHaveMetadata(file.path) && !isHidden(file.path))
        wanted.push({ at: below(metadataPath(place.directory, file.path)), file });
  if (isOwn) wanted.push({ at: below(join(place.directory, MARKER_NAME)), file: undefined });
  const lacking: ShareRecord[] = [];
  for (const record of wanted)
    if ((await lstatIfThere(files, join(base, record.at))) === undefined) lacking.push(record);
  return lacking;
}

/** The text of a record, once all files are in their places. */
export async function recordText(
  files: FileSystem,
  { source, target }: SharePlan,
  options: { readonly repository: string; readonly file: SourceFile | undefined; nowMs: number },
): Promise<string> {
  const { commit, revision, include, exclude } = source;
  const { directory } = target.place;
  const { file, nowMs, repository } = options;
  const modifiedMs = async (path: string) =>
    (await files.stat(join(directory, ...path.split("/")))).modifiedMs;
  if (file?.digest !== undefined) {
    // Readers ignore metadata that is older than its file.
    const timestampSeconds = Math.max(nowMs, await modifiedMs(file.path)) / 1000;
    return formatMetadata({ commit, etag: etagOfDigest(file.digest), timestampSeconds });
  }
  const listed = [];
  for (const { path, sizeBytes, digest } of source.files)
    if (digest !== undefined)
      listed.push({ path, sizeBytes, digest, modifiedMs: await modifiedMs(path) });
  const format = "mlx-layout/1";
  return formatMarker({
    format,
    source: repository,
    revision,
    commit,
    include,
    exclude,
    files: listed,
  });
}

function isHidden(path: string): boolean {
  return path.split("/").some((name) => name.startsWith("."));
}
