import type { BigIntStats } from "node:fs";
import type { EntryKind, FileStat } from "../../spec/mod.ts";

const NANOSECONDS_PER_MS = 1_000_000n;

/** A POSIX block of `st_blocks`, whatever the volume's own block size is. */
const BLOCK_BYTES = 512n;

/** What the system says of an entry, in the terms of the port. */
export function fileStat(stats: BigIntStats): FileStat {
  return {
    kind: entryKind(stats),
    sizeBytes: Number(stats.size),
    allocatedBytes: Number(stats.blocks * BLOCK_BYTES),
    // Nanoseconds since 1970 do not fit into a number; whole milliseconds with a fraction do.
    modifiedMs:
      Number(stats.mtimeNs / NANOSECONDS_PER_MS) + Number(stats.mtimeNs % NANOSECONDS_PER_MS) / 1e6,
    accessedMs: Number(stats.atimeNs / NANOSECONDS_PER_MS),
    inode: `${stats.dev}:${stats.ino}`,
    linkCount: Number(stats.nlink),
    volume: String(stats.dev),
  };
}

function entryKind(stats: BigIntStats): EntryKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "link";
  return "other";
}
