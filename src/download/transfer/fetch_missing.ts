import type { Host } from "../../../spec/mod.ts";
import { copyFile } from "../../disk/copy_file.ts";
import { diskError } from "../../disk/disk_error.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { isCommit } from "../../layout/hub_cache.ts";
import { partialPath } from "../../layout/model_place.ts";
import { type DownloadTask, filePath } from "../download_task.ts";
import { fetchContent, RANGES_BYTES_MIN } from "./fetch_content.ts";
import { FileSource } from "./file_source.ts";
import type { DiskState, KeptFile, MissingContent } from "../inspect/disk_state.ts";
import type { ProgressMeter } from "./progress_meter.ts";
import { TransferWidth, WIDTH_MAX } from "./transfer_width.ts";
import { WorkQueue } from "./work_queue.ts";
import { WriteBuffers } from "./ranges/write_buffers.ts";

/** Files that have arrived and wait for the disk to sync them, beside those that are on their way. */
const SYNCING_MAX = 16;

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
 * Brings every missing content to the staging area, several at a time, the largest first and small ones beside them.
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
  const width = new TransferWidth(host.clock, { fixed: task.concurrency });
  const shared = { width, buffers: new WriteBuffers(), signal };
  const workersMax = task.concurrency ?? WIDTH_MAX;
  const queue = new WorkQueue(disk.missing, { isLarge, sizeOf, workersMax });
  const staged: KeptFile[] = [];
  let bytesFetched = 0;
  for (const content of queue.all)
    meter.begun(content.wanted[0].contentKey, bytesOf(content, content.bytesKept));
  meter.report("transfer");
  const onFetched = (bytes: number) => {
    bytesFetched += bytes;
  };
  const fetchNext = async (): Promise<void> => {
    for (let content = queue.take(); content !== undefined; content = queue.take()) {
      const of = content;
      const onBytes = (bytes: number) => reportContent(meter, of, bytes);
      const fetched = await stageInTurn(host, task, { ...shared, content, onBytes, onFetched });
      queue.done(content);
      if (!queue.hasLarge) width.largeDone();
      for (const wanted of content.wanted) staged.push({ wanted, ...fetched });
      meter.verified(content.wanted.length, content.wanted[0].path);
    }
  };
  if (!queue.hasLarge) width.largeDone();
  const count = Math.min(workersMax + SYNCING_MAX, queue.all.length);
  const workers = Array.from({ length: count }, () =>
    fetchNext().catch((error: unknown) => {
      queue.clear();
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

/** Small files leave slots to large ones, and one that waits for the disk leaves its slot to the next. */
async function stageInTurn(
  host: Host,
  task: DownloadTask,
  options: StageOptions,
): Promise<Pick<KeptFile, "sizeBytes" | "digest">> {
  if (isLarge(options.content)) return stageContent(host, task, options);
  const { smallSlots } = options.width;
  await smallSlots.acquire(options.signal);
  let isHeld = true;
  const onArrived = () => {
    if (isHeld) smallSlots.release();
    isHeld = false;
  };
  try {
    return await stageContent(host, task, { ...options, onArrived });
  } finally {
    onArrived();
  }
}

function isLarge(content: MissingContent): boolean {
  return sizeOf(content) > RANGES_BYTES_MIN;
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
  readonly width: TransferWidth;
  readonly buffers: WriteBuffers;
  readonly signal: AbortSignal;
  readonly onBytes: (bytesDone: number) => void;
  readonly onFetched: (bytes: number) => void;
  readonly onArrived?: () => void;
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
    flow: options.width,
  });
  const boot = task.processes.machine;
  return fetchContent(host.files, wanted, { ...options, source, partial, boot });
}
