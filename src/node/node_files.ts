/**
 * The real disk behind the port.
 *
 * @module
 */

import {
  copyFile,
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  rename,
  rmdir,
  stat,
  statfs,
  symlink,
  unlink,
} from "node:fs/promises";
import { constants, realpathSync, type BigIntStats, type Stats } from "node:fs";
import type { EntryKind, FileStat, FileSystem, OpenFile, OpenMode } from "../../spec/mod.ts";

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
/** Windows lacks these; nothing is what its bitwise or makes of them. */
const { O_NOFOLLOW, O_NONBLOCK, O_NOCTTY, O_DIRECTORY } = constants;
/** A link at the end is refused, and no open waits for the other end of a FIFO; Node closes on exec by itself. */
const SAFELY = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

/** A file made anew can be read back through the same handle. */
const FLAGS: Readonly<Record<OpenMode, number>> = {
  r: O_RDONLY | SAFELY,
  "r+": O_RDWR | SAFELY,
  wx: O_RDWR | O_CREAT | O_EXCL | SAFELY,
};
const DIRECTORY_FLAGS = O_RDONLY | O_NONBLOCK | O_DIRECTORY;

const NANOSECONDS_PER_MS = 1_000_000n;

/** A POSIX block of `st_blocks`, whatever the volume's own block size is. */
const BLOCK_BYTES = 512n;

/** Answers to the opening of a socket. */
const NOT_OPENED = new Set(["ENXIO", "EOPNOTSUPP", "ENOTSUP"]);

/**
 * Answers of volumes (network shares, FUSE) that have no operation to sync a directory.
 * Nothing more can be asked of them, so these are not failures.
 */
const NO_DIRECTORY_SYNC = new Set(["EINVAL", "ENOTSUP", "EOPNOTSUPP"]);

/**
 * Builds the file system of this machine: `node:fs` behind the port.
 *
 * Errors are those of the operating system, and systems differ in a few: `unlink` of a directory
 * answers `EISDIR` on Linux and `EPERM` on macOS and Windows; `open(directory, "r")` succeeds on POSIX, where
 * reading then answers `EISDIR`, and is refused with `EISDIR` or `EPERM` on Windows; `rmdir` of a directory
 * that is not empty answers `ENOTEMPTY`, on some systems `EEXIST`.
 *
 * `sync` flushes the drive's cache on macOS too (`F_FULLFSYNC`), which Node does there.
 *
 * `open` follows no link at the end of a path (`ELOOP`), waits for nothing, and asks the handle what it got: a FIFO, a
 * socket or a device is refused at once (`ENXIO`). Windows has no flag for links; there the caller's checks must do.
 *
 * @returns the file system; its failures are `Error`s with the operating system's `code`
 *
 * @example Usage
 * ```ts
 * import { nodeHost } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const { files } = nodeHost();
 * await assert.rejects(files.stat("/no/such/place"), { code: "ENOENT" });
 * ```
 */
export function nodeFiles(): FileSystem {
  return {
    open: openRegular,
    mkdir: async (path) => {
      await mkdir(path);
    },
    readdir: (path) => readdir(path),
    stat: async (path) => fileStat(await stat(path, { bigint: true })),
    lstat: async (path) => fileStat(await lstat(path, { bigint: true })),
    readlink: (path) => readlink(path),
    // It comes before nearly every other call, and the kernel answers in microseconds: a tenth of the way to a thread.
    realpath: async (path) => realpathSync.native(path),
    rename: (source, target) => rename(source, target),
    link: (source, target) => link(source, target),
    clone: (source, target) => copyFile(source, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE),
    symlink: (destination, path) => symlink(destination, path),
    unlink: (path) => unlink(path),
    rmdir: (path) => rmdir(path),
    syncDirectory,
    availableBytes: async (path) => {
      const { bavail, bsize } = await statfs(path, { bigint: true });
      return Number(bavail * bsize);
    },
  };
}

async function openRegular(path: string, mode: OpenMode): Promise<OpenFile> {
  let handle: FileHandle;
  try {
    handle = await open(path, FLAGS[mode]);
  } catch (error) {
    // A socket cannot be opened; Linux and Apple's systems answer with different codes.
    if (hasCode(error, NOT_OPENED))
      throw specialFile(path, "a socket or a device without a driver");
    throw error;
  }
  // What is made here, exclusively, can be nothing else than a file.
  if (mode === "wx") return nodeOpenFile(handle);
  try {
    const stats = await handle.stat();
    if (!stats.isFile() && !stats.isDirectory()) throw specialFile(path, specialKind(stats));
  } catch (error) {
    await handle.close();
    throw error;
  }
  return nodeOpenFile(handle);
}

function specialKind(stats: Stats): string {
  if (stats.isFIFO()) return "a FIFO";
  return stats.isSocket() ? "a socket" : "a device";
}

function specialFile(path: string, kind: string): Error {
  return Object.assign(new Error(`ENXIO: ${kind} stands where a file must be, open '${path}'`), {
    code: "ENXIO",
    syscall: "open",
    path,
  });
}

function nodeOpenFile(handle: FileHandle): OpenFile {
  return {
    read: (buffer, position) => readAll(handle, buffer, position),
    write: (data, position) => writeAll(handle, data, position),
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    sync: () => handle.sync(),
    stat: async () => fileStat(await handle.stat({ bigint: true })),
    close: () => handle.close(),
  };
}

/** One call may read less than is there, so it repeats until the buffer is full or the file ends. */
async function readAll(handle: FileHandle, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await handle.read(
      buffer,
      filled,
      buffer.length - filled,
      position + filled,
    );
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

/** One call may write less than was given, which is not an error: a volume that is about to be full does it. */
async function writeAll(handle: FileHandle, data: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < data.length) {
    const { bytesWritten } = await handle.write(
      data,
      written,
      data.length - written,
      position + written,
    );
    if (bytesWritten === 0) {
      throw Object.assign(new Error(`EIO: no byte was written at ${position + written}, write`), {
        code: "EIO",
        syscall: "write",
      });
    }
    written += bytesWritten;
  }
}

/** Windows opens no directories and makes their entries durable by itself. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(path, DIRECTORY_FLAGS);
  try {
    await handle.sync();
  } catch (error) {
    if (!hasCode(error, NO_DIRECTORY_SYNC)) throw error;
  } finally {
    await handle.close();
  }
}

function hasCode(error: unknown, codes: ReadonlySet<string>): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    codes.has(error.code)
  );
}

function fileStat(stats: BigIntStats): FileStat {
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
