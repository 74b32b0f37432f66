import type { FileSystem } from "../../spec/mod.ts";
import type { DiskImage } from "../disk/disk_image.ts";
import type { DiskOperation, WriteOperation } from "../disk/disk_operation.ts";
import { isMemoryDisk } from "../disk/memory/memory_files.ts";
import { HarnessError } from "../errors.ts";

/** A promise that was given while a disk was being recorded, such as a download that resolved. */
export interface Acknowledgement {
  readonly kind: "acknowledge";
  readonly what: string;
}

/** One thing in a recording. */
export type RecordedOperation = DiskOperation | Acknowledgement;

/** A run, as its disk saw it. */
export interface DiskRecording {
  /** The disk before the first operation; all of it is durable. */
  readonly start: DiskImage;
  readonly operations: readonly RecordedOperation[];
}

/** Writes down what happens on a disk. */
export interface DiskRecorder {
  /** Notes that a promise was given at this moment. */
  acknowledge(what: string): void;
  /** Ends the recording. */
  finish(): DiskRecording;
}

/**
 * Records every change of a disk in memory from now on: one recording on a disk at a time.
 *
 * @throws {HarnessError} when the disk is not in memory, or has another kind of volume around it
 *
 * @example
 * ```ts
 * import { recordDisk, writeBytes } from "mlx-conform/internal";
 * import { memoryFiles } from "mlx-conform";
 * import assert from "node:assert/strict";
 *
 * const files = memoryFiles();
 * const recorder = recordDisk(files);
 * await writeBytes(files, "/a", new Uint8Array(3));
 * recorder.acknowledge("written");
 * const { operations } = recorder.finish();
 * assert.deepEqual(operations.map(({ kind }) => kind), ["add", "write", "acknowledge"]);
 * ```
 */
export function recordDisk(files: FileSystem): DiskRecorder {
  if (!isMemoryDisk(files))
    throw new HarnessError("Cannot record this disk as it is not one in memory");
  const start = files.image();
  const operations: RecordedOperation[] = [];
  const stop = files.watch((operation) => {
    const last = operations.at(-1);
    if (isContinuation(last, operation)) operations[operations.length - 1] = join(last, operation);
    else operations.push(operation);
  });
  return {
    acknowledge: (what) => {
      operations.push({ kind: "acknowledge", what });
    },
    finish: () => {
      stop();
      return { start, operations };
    },
  };
}

/** Writes that follow each other without a gap and without anything in between are one: chunks are the network's affair. */
function isContinuation(
  last: RecordedOperation | undefined,
  next: DiskOperation,
): last is WriteOperation {
  return (
    last?.kind === "write" &&
    next.kind === "write" &&
    last.inode === next.inode &&
    last.position + last.bytes.length === next.position
  );
}

function join(last: WriteOperation, next: DiskOperation): RecordedOperation {
  if (next.kind !== "write") return next;
  const bytes = new Uint8Array(last.bytes.length + next.bytes.length);
  bytes.set(last.bytes);
  bytes.set(next.bytes, last.bytes.length);
  return { ...next, position: last.position, bytes };
}
