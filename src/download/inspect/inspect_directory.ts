import type { Digest, FileSystem, Marker } from "../../../spec/mod.ts";
import { absenceFinder } from "../../disk/absence_finder.ts";
import { algorithmOf, hashFile } from "../../disk/file_hash.ts";
import { lstatIfThere } from "../../disk/walk.ts";
import { ModelError } from "../../errors.ts";
import { partialSizes } from "../transfer/adopt_partials.ts";
import { type DownloadTask, filePath, type WantedFile } from "../download_task.ts";
import type { KeptFile, MissingContent, DiskState } from "./disk_state.ts";

/**
 * Finds out what is in place, what lies half done, and what is missing; nothing is trusted unhashed: `DL-REPAIR-ALONE`.
 *
 * @throws {ModelError} `access-denied` when a directory stands where a file must be
 */
export async function inspectDirectory(
  files: FileSystem,
  task: DownloadTask,
  options: { readonly marker: Marker | undefined; readonly signal?: AbortSignal | undefined },
): Promise<DiskState> {
  const recorded = recordedDigests(task, options.marker);
  const kept: KeptFile[] = [];
  const groups = new Map<string, [WantedFile, ...WantedFile[]]>();
  const isAbsent = absenceFinder(files);
  for (const wanted of task.wanted) {
    const expected = wanted.digest ?? recorded.get(wanted.path);
    const found = (await isAbsent(filePath(task, wanted.path)))
      ? undefined
      : await inspectFile(files, task, { wanted, expected, signal: options.signal });
    if (found !== undefined) kept.push(found);
    else {
      const group = groups.get(wanted.contentKey);
      if (group === undefined) groups.set(wanted.contentKey, [wanted]);
      else group.push(wanted);
    }
  }
  const places = new Map(kept.map((file) => [file.wanted.contentKey, file.wanted.path]));
  const missing: MissingContent[] = [];
  const sizes = await partialSizes(files, task);
  for (const [key, wanted] of groups) {
    const bytesKept = sizes.get(key) ?? 0;
    missing.push({ wanted, bytesKept, copyOf: places.get(key) });
  }
  return { kept, unlinked: [], missing };
}

/** Where the listing states no hash, an earlier verified download of the same commit does. */
function recordedDigests(task: DownloadTask, marker: Marker | undefined): Map<string, Digest> {
  if (marker === undefined || marker.source !== task.source || marker.commit !== task.commit)
    return new Map();
  // A URL has no commit that would make its content the same tomorrow.
  if (task.commit === "") return new Map();
  return new Map(marker.files.map((file) => [file.path, file.digest]));
}

async function inspectFile(
  files: FileSystem,
  task: DownloadTask,
  options: {
    readonly wanted: WantedFile;
    readonly expected: Digest | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<KeptFile | undefined> {
  const { wanted, expected } = options;
  const path = filePath(task, wanted.path);
  const stat = await lstatIfThere(files, path);
  if (stat?.kind === "directory") {
    throw new ModelError(
      "access-denied",
      `Cannot place "${wanted.path}": a directory of that name is in "${task.place.directory}"; move it away`,
      { file: wanted.path },
    );
  }
  if (stat?.kind !== "file" || expected === undefined) return undefined;
  if (wanted.sizeBytes !== undefined && stat.sizeBytes !== wanted.sizeBytes) return undefined;
  const found = await hashFile(files, path, {
    algorithm: algorithmOf(expected),
    signal: options.signal,
  });
  return found.digest === expected ? { wanted, ...found } : undefined;
}
