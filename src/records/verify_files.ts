import { join } from "node:path";
import type { FileFault, FileSystem, MarkerFile } from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";
import { algorithmOf, hashFile } from "../disk/file_hash.ts";
import { beginAhead } from "../node/hash/begin_ahead.ts";
import { THREAD_BYTES_MIN } from "../node/hash/piece_hash.ts";

/** Options of {@linkcode verifyFiles}. */
export interface VerifyFilesOptions {
  /** Whether every file is hashed, only those that were touched since they were verified, or none. */
  readonly hash: "always" | "touched" | "never";
  readonly signal?: AbortSignal | undefined;
  /** Whether the disk's refusal to read a file is a fault of it, or ends the whole. @default {"fault"} */
  readonly refusal?: "fault" | "error";
  /** Is told what is read and compared. */
  readonly tally?: Tally | undefined;
}

/** Who is told what a verification reads. */
export interface Tally {
  /** A file of this recorded size was compared: by its hash, or by size and time alone. */
  readonly compared: (record: MarkerFile, by: "hash" | "size") => void;
  /** So many bytes of a file were read and hashed. */
  readonly hashed: (count: number, record: MarkerFile) => void;
}

/**
 * Holds the files of a directory against what is recorded of them: `STATUS-HONEST`, `VERIFY-ROT`.
 *
 * @returns every fault; none when all are as recorded
 * @throws the disk's error, where a file cannot be read and that is to end the whole
 */
export async function verifyFiles(
  files: FileSystem,
  directory: string,
  options: VerifyFilesOptions & { readonly recorded: readonly MarkerFile[] },
): Promise<FileFault[]> {
  const faults: FileFault[] = [];
  const verifications = beginAhead(options.recorded, {
    isLarge: ({ sizeBytes }) => sizeBytes >= THREAD_BYTES_MIN,
    work: (record) => verifyFile(files, join(directory, record.path), { ...options, record }),
  });
  for await (const { answer } of verifications) {
    const fault = await answer();
    if (fault !== undefined) faults.push(fault);
  }
  return faults;
}

async function verifyFile(
  files: FileSystem,
  path: string,
  options: VerifyFilesOptions & { readonly record: MarkerFile },
): Promise<FileFault | undefined> {
  const { record, tally } = options;
  try {
    const { kind, sizeBytes, modifiedMs } = await files.stat(path);
    if (kind !== "file") return fault(record, "unreadable", `a ${kind} stands in its place`);
    if (sizeBytes !== record.sizeBytes) {
      tally?.compared(record, "size");
      return fault(record, "size", `must have ${record.sizeBytes} bytes, has ${sizeBytes}`);
    }
    const isTouched = modifiedMs !== record.modifiedMs;
    if (options.hash === "never" || (options.hash === "touched" && !isTouched)) {
      tally?.compared(record, "size");
      return undefined;
    }
    const { digest } = await hashFile(files, path, {
      algorithm: algorithmOf(record.digest),
      signal: options.signal,
      onBytes: (count) => tally?.hashed(count, record),
    });
    tally?.compared(record, "hash");
    return digest === record.digest
      ? undefined
      : fault(record, "hash", `must have ${record.digest}, has ${digest}`);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno === "ENOENT" || errno === "ENOTDIR") return fault(record, "missing", "is not there");
    if (options.refusal === "error") throw error;
    return fault(record, "unreadable", `cannot be read: ${errno}`);
  }
}

function fault(record: MarkerFile, kind: FileFault["fault"], detail: string): FileFault {
  return { path: record.path, fault: kind, detail };
}
