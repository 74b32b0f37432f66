import type { FileSystem } from "../../spec/mod.ts";
import { readMarker } from "../records/marker.ts";
import type { DownloadPlan, PlannedFile } from "./download_plan.ts";
import type { DownloadTask } from "./download_task.ts";
import { inspectDisk } from "./inspect/inspect_disk.ts";

/** Says what a download would do with each file; reads the disk and changes nothing. */
export async function planDownload(
  files: FileSystem,
  task: DownloadTask,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<DownloadPlan> {
  const marker = await readMarker(files, task.directory);
  const { kept, missing } = await inspectDisk(files, task, { marker, signal: options.signal });
  const planned: PlannedFile[] = kept.map(({ wanted, sizeBytes }) => ({
    path: wanted.path,
    sizeBytes,
    action: "keep",
    bytesKept: sizeBytes,
  }));
  let bytesToFetch = 0;
  for (const { wanted, bytesKept, copyOf } of missing) {
    const sizeBytes = wanted[0].sizeBytes ?? 0;
    const bytesHere = copyOf === undefined ? Math.min(bytesKept, sizeBytes) : sizeBytes;
    bytesToFetch += sizeBytes - bytesHere;
    const action = bytesHere === 0 ? "fetch" : "resume";
    for (const { path } of wanted) planned.push({ path, sizeBytes, action, bytesKept: bytesHere });
  }
  return {
    repository: task.source,
    commit: task.commit,
    directory: task.directory,
    files: planned.toSorted((one, two) => (one.path < two.path ? -1 : 1)),
    bytesTotal: planned.reduce((sum, file) => sum + file.sizeBytes, 0),
    bytesToFetch,
  };
}
