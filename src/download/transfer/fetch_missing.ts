import type { Host } from "../../../spec/mod.ts";
import { copyFile } from "../../disk/copy_file.ts";
import { makeDirectories } from "../../disk/directories.ts";
import { diskError } from "../../disk/disk_error.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { isCommit } from "../../layout/hub_cache.ts";
import { partialPath } from "../../layout/model_place.ts";
import { type DownloadTask, filePath } from "../download_task.ts";
import { fetchContent } from "./fetch_content.ts";
import { FileSource } from "./file_source.ts";
import type { DiskState, KeptFile, MissingContent } from "../inspect/disk_state.ts";
import type { ProgressMeter } from "./progress_meter.ts";
import { SegmentBuffers } from "./segment_buffers.ts";
import { Semaphore } from "./semaphore.ts";

/** Options of {@linkcode fetchMissing}. */
export interface FetchMissingOptions {
  readonly disk: DiskState;
  readonly meter: ProgressMeter;
  readonly signal?: AbortSignal | undefined;
}

/** What {@linkcode fetchMissing} brought. */
export interface FetchedFiles {
  /** Files whose verified content lies in the staging area. */
  readonly staged: readonly KeptFile[];
  readonly bytesFetched: number;
}

/**
 * Brings every missing content to the staging area, several at a time, the largest first.
 *
 * The first failure stops the others; what had arrived by then is kept.
 */
export async function fetchMissing(
  host: Host,
  task: DownloadTask,
  options: FetchMissingOptions,
): Promise<FetchedFiles> {
  const { disk, meter } = options;
  const stop = new AbortController();
  const signal =
    options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const slots = new Semaphore(task.concurrency);
  const buffers = new SegmentBuffers();
  const queue = disk.missing.toSorted((one, two) => sizeOf(two) - sizeOf(one));
  const staged: KeptFile[] = [];
  let bytesFetched = 0;
  for (const content of queue) {
    meter.begun(content.wanted[0].contentKey, bytesOf(content, content.bytesKept));
  }
  meter.report("transfer");
  if (queue.length > 0) await makeDirectories(host.files, task.place.staging.partials);
  const fetchNext = async (): Promise<void> => {
    for (let content = queue.shift(); content !== undefined; content = queue.shift()) {
      const of = content;
      const context = {
        content,
        slots,
        buffers,
        signal,
        onBytes: (bytes: number) => reportContent(meter, of, bytes),
      };
      const onFetched = (bytes: number) => {
        bytesFetched += bytes;
      };
      const fetched = await stageContent(host, task, { ...context, onFetched });
      for (const wanted of content.wanted) staged.push({ wanted, ...fetched });
      meter.verified(content.wanted.length, content.wanted[0].path);
    }
  };
  const workers = Array.from({ length: Math.min(task.concurrency, queue.length) }, () =>
    fetchNext().catch((error: unknown) => {
      queue.length = 0;
      stop.abort(error);
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(workers);
  // The others fail only because the first one stopped them.
  if (stop.signal.aborted) throw stop.signal.reason;
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return { staged, bytesFetched };
}

function sizeOf(content: MissingContent): number {
  return content.wanted[0].sizeBytes ?? 0;
}

function reportContent(meter: ProgressMeter, content: MissingContent, bytesDone: number): void {
  const [{ contentKey, path }] = content.wanted;
  meter.content(contentKey, { ...bytesOf(content, bytesDone), file: path });
}

/** A partial file that is longer than its content counts as the whole of it. */
function bytesOf(
  { wanted }: MissingContent,
  bytesDone: number,
): { readonly bytesDone: number; readonly places: number } {
  const { sizeBytes } = wanted[0];
  return { bytesDone: Math.min(bytesDone, sizeBytes ?? bytesDone), places: wanted.length };
}

/** Options of {@linkcode stageContent}. */
interface StageOptions {
  readonly content: MissingContent;
  readonly slots: Semaphore;
  readonly buffers: SegmentBuffers;
  readonly signal: AbortSignal;
  readonly onBytes: (bytesDone: number) => void;
  readonly onFetched: (bytes: number) => void;
}

/** Content that already lies elsewhere in the model is copied, not transferred: `LAYOUT-SHARED-BLOB`. */
async function stageContent(
  host: Host,
  task: DownloadTask,
  options: StageOptions,
): Promise<Pick<KeptFile, "sizeBytes" | "digest">> {
  const { content } = options;
  const [wanted] = content.wanted;
  const partial = partialPath(task.place.staging, wanted.contentKey);
  if (content.copyOf !== undefined) {
    const source = filePath(task, content.copyOf);
    try {
      await unlinkIfThere(host.files, partial);
      await copyFile(host.files, source, { target: partial, onBytes: options.onBytes });
    } catch (error) {
      throw diskError(error, `copy "${content.copyOf}" to "${wanted.path}"`);
    }
  }
  const source = new FileSource(task.http, {
    url: wanted.url,
    file: wanted.path,
    sizeBytes: wanted.sizeBytes,
    validator: wanted.validator,
    pin: isCommit(task.revision) ? task.revision : undefined,
  });
  return fetchContent(host.files, wanted, { ...options, source, partial });
}
