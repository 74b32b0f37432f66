import type { CanLoadReport, ErrorCode, FileSystem } from "../../spec/mod.ts";
import { readMarker } from "../records/marker.ts";
import type { DownloadTask } from "./download_task.ts";
import { publisherOf } from "./publish/publisher_of.ts";

/** What a download would do with one file. */
export interface PlannedFile {
  /** Repository-relative path, with `/`. */
  readonly path: string;
  /** Its size in bytes. */
  readonly sizeBytes: number;
  /** Whether it is complete, begun or absent on the disk. */
  readonly action: "keep" | "resume" | "fetch";
  /** Bytes that are on the disk already. */
  readonly bytesKept: number;
}

/** What a download would do. */
export interface DownloadPlan {
  /** `org/name`, or the URL. */
  readonly repository: string;
  /** The commit that the files would be of. */
  readonly commit: string;
  /** Absolute path of the model's directory. */
  readonly directory: string;
  /** Every wanted file. */
  readonly files: readonly PlannedFile[];
  /** Bytes of all wanted files. */
  readonly bytesTotal: number;
  /** Bytes that would be received. */
  readonly bytesToFetch: number;
  /** Which runtimes would load it; absent where it is not downloaded as a model, or could not be found out. */
  readonly model?: CanLoadReport;
  /** Why that could not be found out. */
  readonly modelError?: { readonly code: ErrorCode; readonly message: string };
}

/** Says what a download would do with each file; reads the disk and changes nothing. */
export async function planDownload(
  files: FileSystem,
  task: DownloadTask,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<DownloadPlan> {
  const { directory } = task.place;
  const marker = await readMarker(files, directory);
  const { kept, missing } = await publisherOf(task.place).inspect(files, task, {
    marker,
    signal: options.signal,
  });
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
    directory,
    files: planned.toSorted((one, two) => (one.path < two.path ? -1 : 1)),
    bytesTotal: planned.reduce((sum, file) => sum + file.sizeBytes, 0),
    bytesToFetch,
  };
}
