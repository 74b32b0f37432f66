import type { DownloadResult, FileSystem, WaitOptions } from "../../spec/mod.ts";
import { diskError } from "../disk/disk_error.ts";
import { readSmallFile } from "../disk/small_file.ts";
import { ModelError } from "../errors.ts";
import { isCommit, refPath } from "../layout/hub_cache.ts";
import { readMarker } from "../records/marker.ts";
import type { DownloadTask } from "./download_task.ts";
import { publisherOf } from "./publish/publisher_of.ts";
import { ProgressMeter } from "./transfer/progress_meter.ts";

/**
 * A snapshot of another client's in a hub cache that may only be read, where it is whole and its ref is right: nothing but our own
 * records would be written then: `MANAGE-READ-ONLY`.
 *
 * @param error why the download could not write
 * @returns undefined where the download failed for another reason, or has something to write besides
 */
export async function wholeWithoutWriting(
  files: FileSystem,
  task: DownloadTask,
  options: WaitOptions & { readonly error: unknown },
): Promise<DownloadResult | undefined> {
  const { place, revision, commit } = task;
  const { directory, cache } = place;
  if (cache === undefined || !isRefusal(options.error)) return undefined;
  if (!isCommit(revision) && (await readSmallFile(files, refPath(cache, revision))) !== commit)
    return undefined;
  const marker = await readMarker(files, directory);
  const { signal } = options;
  const { kept, ...rest } = await publisherOf(place).inspect(files, task, { marker, signal });
  if (rest.missing.length > 0 || rest.unlinked.length > 0) return undefined;
  const bytesTotal = kept.reduce((sum, file) => sum + file.sizeBytes, 0);
  const meter = new ProgressMeter({ bytesTotal, filesTotal: kept.length }, options.onProgress);
  meter.kept(kept.length, bytesTotal);
  meter.report("done");
  return {
    directory,
    commit,
    files: kept
      .map(({ wanted, sizeBytes }) => ({ path: wanted.path, sizeBytes }))
      .toSorted((one, two) => (one.path < two.path ? -1 : 1)),
    bytesFetched: 0,
    offline: false,
  };
}

function isRefusal(error: unknown): boolean {
  const named = diskError(error, "write");
  return named instanceof ModelError && named.code === "access-denied";
}
