import { join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import type { InodeId } from "../disk/disk_operation.ts";
import type { CrashCase } from "./crash_story.ts";
import type { RecordedOperation } from "./disk_recording.ts";
import { snapshotPaths } from "./cached_snapshots.ts";
import { operationName } from "./operation_name.ts";

/**
 * The first operation that puts a file at a final path without the two syncs that make it last: `DUR-CORE`.
 *
 * The file must be synced between its last write and the entry, and the directory between the entry and the success.
 *
 * @returns what lacks which sync, in words; undefined when nothing does
 */
export function unsyncedPlacement({ story, recording }: CrashCase): string | undefined {
  const { directory, versions, cache } = story;
  const { operations } = recording;
  const finals = new Set([
    join(directory, MARKER_NAME),
    ...versions.flat().map(({ path }) => join(directory, ...path.split("/"))),
    ...(cache === undefined ? [] : snapshotPaths(cache, versions.length - 1, { files: [] })),
  ]);
  const blobs = cache && `${join(cache.repository, "blobs")}/`;
  for (const [index, operation] of operations.entries()) {
    const place = placeOf(operation);
    if (place === undefined) continue;
    const isBlob = blobs !== undefined && place.path.startsWith(blobs);
    if (!isBlob && !finals.has(place.path)) continue;
    const name = operationName(operations, index, directory);
    const lastWrite = operations.findLastIndex(
      (other) => other.kind === "write" && other.inode === place.inode,
    );
    const until = place.isWritten ? index : operations.length;
    if (!isSynced(operations, { inode: place.inode, from: lastWrite, until }))
      return `${name} comes with its file not synced`;
    if (!isSynced(operations, { inode: place.directory, from: index, until: operations.length }))
      return `${name} is not followed by a sync of its directory`;
  }
  return undefined;
}

/** Where an operation puts a file, and whether the file is written by then. */
function placeOf(operation: RecordedOperation):
  | {
      readonly path: string;
      readonly inode: InodeId;
      readonly directory: InodeId;
      readonly isWritten: boolean;
    }
  | undefined {
  if (operation.kind === "rename") {
    const { target, inode, to } = operation;
    return { path: target, inode, directory: to.directory, isWritten: true };
  }
  if (operation.kind !== "add" || operation.made === "directory") return undefined;
  const { path, inode, directory, made } = operation;
  return { path, inode, directory, isWritten: made !== "file" };
}

function isSynced(
  operations: readonly RecordedOperation[],
  span: { readonly inode: InodeId; readonly from: number; readonly until: number },
): boolean {
  const { inode, from, until } = span;
  if (from === -1) return true;
  return operations.some(
    (operation, at) =>
      at > from &&
      at < until &&
      (operation.kind === "sync" || operation.kind === "sync-directory") &&
      operation.inode === inode,
  );
}
