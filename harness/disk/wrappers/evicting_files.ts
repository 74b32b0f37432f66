import type { FileStat, FileSystem } from "../../../spec/mod.ts";
import { type DiskCall, wrapFiles } from "./wrap_files.ts";

/**
 * A disk on which the data of some files was evicted to the cloud: they have a size and no blocks, and reading one would
 * wait for a download that may never end.
 *
 * @param isEvicted tells by absolute path
 */
export function evictingFiles(
  files: FileSystem,
  isEvicted: (path: string) => boolean,
): FileSystem & { readonly reads: readonly DiskCall[] } {
  const reads: DiskCall[] = [];
  const wrapped = wrapFiles(files, async (call, next) => {
    const value = await next();
    if (!isEvicted(call.path)) return value;
    if (call.operation === "read") reads.push(call);
    const isStat =
      call.operation === "stat" || call.operation === "lstat" || call.operation === "fstat";
    return isStat ? withoutBlocks(value) : value;
  });
  return { ...wrapped, reads };
}

function withoutBlocks<T>(stat: T): T {
  const facts = stat as FileStat;
  return (facts.kind === "file" ? { ...facts, allocatedBytes: 0 } : facts) as T;
}
