/**
 * The real disk behind the port.
 *
 * @module
 */

import { copyFile, link, mkdir, readdir, rmdir, statfs, symlink, unlink } from "node:fs/promises";
import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  type Stats,
  statSync,
} from "node:fs";
import { promisify } from "node:util";
import type { FileSystem, OpenFile, OpenMode } from "../../spec/mod.ts";
import { fileStat } from "./file_stat.ts";
import { nodeOpenFile } from "./node_open_file.ts";
import { onThisThread, type Soon } from "./on_this_thread.ts";

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

const syncFile = promisify(fsync);

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
  const soon = onThisThread();
  return {
    open: (path, mode) => soon(() => openRegular(path, { mode, soon })),
    mkdir: async (path) => {
      await mkdir(path);
    },
    readdir: (path) => readdir(path),
    stat: (path) => soon(() => fileStat(statSync(path, { bigint: true }))),
    lstat: (path) => soon(() => fileStat(lstatSync(path, { bigint: true }))),
    readlink: (path) => soon(() => readlinkSync(path)),
    realpath: (path) => soon(() => realpathSync.native(path)),
    rename: (source, target) => soon(() => renameSync(source, target)),
    link: (source, target) => link(source, target),
    clone: (source, target) => copyFile(source, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE),
    symlink: (destination, path) => symlink(destination, path),
    unlink: (path) => unlink(path),
    rmdir: (path) => rmdir(path),
    syncDirectory: (path) => soon(() => syncDirectory(path)),
    availableBytes: async (path) => {
      const { bavail, bsize } = await statfs(path, { bigint: true });
      return Number(bavail * bsize);
    },
  };
}

function openRegular(
  path: string,
  options: { readonly mode: OpenMode; readonly soon: Soon },
): OpenFile {
  const { mode, soon } = options;
  let descriptor: number;
  try {
    descriptor = openSync(path, FLAGS[mode]);
  } catch (error) {
    // A socket cannot be opened; Linux and Apple's systems answer with different codes.
    if (hasCode(error, NOT_OPENED))
      throw specialFile(path, "a socket or a device without a driver");
    throw error;
  }
  // What is made here, exclusively, can be nothing else than a file.
  if (mode === "wx") return nodeOpenFile(descriptor, soon);
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile() && !stats.isDirectory()) throw specialFile(path, specialKind(stats));
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return nodeOpenFile(descriptor, soon);
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

/** Windows opens no directories and makes their entries durable by itself. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const descriptor = openSync(path, DIRECTORY_FLAGS);
  try {
    await syncFile(descriptor);
  } catch (error) {
    if (!hasCode(error, NO_DIRECTORY_SYNC)) throw error;
  } finally {
    closeSync(descriptor);
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
