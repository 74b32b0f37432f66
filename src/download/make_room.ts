import { join } from "node:path";
import type { FileSystem, Host } from "../../spec/mod.ts";
import { unlinkIfThere } from "../disk/small_file.ts";
import { lstatIfThere, namesIn } from "../disk/walk.ts";
import { ModelError } from "../errors.ts";
import {
  isPartialName,
  type ModelPlace,
  PARTIAL_SUFFIX,
  type Staging,
} from "../layout/model_place.ts";
import type { DownloadTask } from "./download_task.ts";
import type { DiskState } from "./inspect/disk_state.ts";
import { leftovers, removeLeftovers } from "./transfer/adopt_partials.ts";

/** What of the disk a download has looked at. */
export interface RoomOptions {
  readonly disk: DiskState;
  /** The model's own, and not that of the claim. */
  readonly ownStaging: Staging;
}

/**
 * Asks for room before any content is asked for: `DL-SPACE-FIRST`. Where it is short, kept bytes that nobody wants any more
 * make room; they are left alone where that would not be enough.
 *
 * @throws {ModelError} `disk-full`
 */
export async function makeRoom(
  host: Host,
  task: DownloadTask,
  options: RoomOptions,
): Promise<void> {
  const { files } = host;
  const { place } = task;
  const neededBytes = options.disk.missing.reduce((sum, content) => {
    const sizeBytes = content.wanted[0].sizeBytes ?? 0;
    return (
      sum + Math.max(0, sizeBytes - content.bytesKept) + sizeBytes * (content.wanted.length - 1)
    );
  }, 0);
  if (neededBytes === 0) return;
  // The staging area is there already, and on the same volume.
  const free = () => files.availableBytes(place.staging.directory);
  let availableBytes = await free();
  if (availableBytes >= neededBytes) return;
  const staleBytes = await staleSizeBytes(files, place, options);
  if (staleBytes > 0 && availableBytes + staleBytes >= neededBytes) {
    await removeStale(files, place, options);
    availableBytes = await free();
    if (availableBytes >= neededBytes) return;
  }
  throw new ModelError(
    "disk-full",
    `Cannot download "${task.source}" into "${place.directory}": it needs ${neededBytes} more bytes, and only ${availableBytes} are free; free some space or use another root`,
    { expected: `${neededBytes} bytes`, actual: `${availableBytes} bytes` },
  );
}

/** Removes kept bytes of content that is no longer wanted, and what earlier claims left: `DL-RESUME-CHANGED`, `DL-LEFTOVERS`. */
export async function removeStale(
  files: FileSystem,
  place: ModelPlace,
  { disk, ownStaging }: RoomOptions,
): Promise<void> {
  for (const path of await stalePartials(files, place, disk)) await unlinkIfThere(files, path);
  await removeLeftovers(files, ownStaging);
}

/** At most so much room would be free without them: files with holes take less. */
async function staleSizeBytes(
  files: FileSystem,
  place: ModelPlace,
  { disk, ownStaging }: RoomOptions,
): Promise<number> {
  const paths = new Set([
    ...(await stalePartials(files, place, disk)),
    ...(await leftovers(files, ownStaging)),
  ]);
  const stats = await Promise.all([...paths].map((path) => lstatIfThere(files, path)));
  return stats.reduce((sum, stat) => sum + (stat?.sizeBytes ?? 0), 0);
}

async function stalePartials(
  files: FileSystem,
  { staging }: ModelPlace,
  disk: DiskState,
): Promise<string[]> {
  const current = new Set(
    disk.missing.map(({ wanted }) => `${wanted[0].contentKey}${PARTIAL_SUFFIX}`),
  );
  const names = await namesIn(files, staging.partials);
  return names
    .filter((name) => isPartialName(name) && !current.has(name))
    .map((name) => join(staging.partials, name));
}
