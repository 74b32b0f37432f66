import { Buffer } from "node:buffer";
import {
  type FileHandle,
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rmdir,
  stat,
  statfs,
  symlink,
  unlink,
} from "node:fs/promises";
import { constants, type BigIntStats } from "node:fs";
import type { EntryKind, FileStat, FileSystem, OpenFile, OpenMode } from "../../spec/mod.ts";
import { diskError } from "./disk_error.ts";

const BLOCK_BYTES = 512n;

const { O_RDONLY, O_RDWR, O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;
/** Flags of `open(2)`: a link at the end is not followed, and nothing waits for the other end of a FIFO. */
export const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  r: O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  "r+": O_RDWR | O_NOFOLLOW | O_NONBLOCK,
  wx: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
};

/** How a real disk is seen. */
export interface NodeFilesOptions {
  /**
   * Where modification times of written files come from; they are set when the file is synced,
   * asked for its facts, or closed. Absent: the machine's own clock.
   */
  readonly now?: () => number;
}

/**
 * The machine's own disk.
 *
 * @example
 * ```ts
 * import { nodeFiles } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal((await nodeFiles().stat("/")).kind, "directory");
 * ```
 */
export function nodeFiles(options: NodeFilesOptions = {}): FileSystem {
  return {
    async open(path, mode) {
      return new NodeFile(await openRegular(path, mode), {
        ...options,
        written: mode === "wx",
        path,
      });
    },
    async mkdir(path) {
      await mkdir(path);
    },
    readdir: (path) => readdir(path),
    stat: async (path) => statOf(await stat(path, { bigint: true })),
    lstat: async (path) => statOf(await lstat(path, { bigint: true })),
    readlink: (path) => readlink(path),
    realpath: (path) => realpath(path),
    rename: (source, target) => rename(source, target),
    link: (source, target) => link(source, target),
    symlink: (destination, path) => symlink(destination, path),
    unlink: (path) => unlink(path),
    rmdir: (path) => rmdir(path),
    async syncDirectory(path) {
      const handle = await open(path, "r");
      try {
        if (!(await handle.stat()).isDirectory()) throw diskError("ENOTDIR", "open", path);
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async availableBytes(path) {
      const facts = await statfs(path);
      return facts.bavail * facts.bsize;
    },
  };
}

async function openRegular(path: string, mode: OpenMode): Promise<FileHandle> {
  const handle = await open(path, OPEN_FLAGS[mode]);
  const kind = kindOf(await handle.stat({ bigint: true }));
  if (kind !== "other") return handle;
  await handle.close();
  throw diskError("ENXIO", "open", path);
}

class NodeFile implements OpenFile {
  readonly #handle: FileHandle;
  readonly #now: (() => number) | undefined;
  readonly #path: string;
  #written: boolean;

  constructor(
    handle: FileHandle,
    options: NodeFilesOptions & { readonly written: boolean; readonly path: string },
  ) {
    this.#handle = handle;
    this.#now = options.now;
    this.#written = options.written;
    this.#path = options.path;
  }

  async read(buffer: Uint8Array, position: number): Promise<number> {
    this.#requireOpen("read");
    // Node refuses an empty buffer as an argument; a disk has nothing against it.
    if (buffer.length === 0) return 0;
    const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, position);
    return bytesRead;
  }

  async write(data: Uint8Array, position: number): Promise<void> {
    this.#requireOpen("write");
    this.#written = true;
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        done,
        bytes.length - done,
        position + done,
      );
      done += bytesWritten;
    }
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#handle.truncate(sizeBytes);
    this.#written = true;
  }

  async sync(): Promise<void> {
    await this.#stamp();
    await this.#handle.sync();
  }

  async stat(): Promise<FileStat> {
    await this.#stamp();
    return statOf(await this.#handle.stat({ bigint: true }));
  }

  async close(): Promise<void> {
    this.#requireOpen("close");
    try {
      await this.#stamp();
    } finally {
      await this.#handle.close();
    }
  }

  #requireOpen(syscall: string): void {
    if (this.#handle.fd < 0) throw diskError("EBADF", syscall, this.#path);
  }

  async #stamp(): Promise<void> {
    if (this.#now === undefined || !this.#written) return;
    this.#written = false;
    const seconds = this.#now() / 1000;
    await this.#handle.utimes(seconds, seconds);
  }
}

/** The port's facts of an entry from those of `node:fs`. */
export function statOf(stats: BigIntStats): FileStat {
  return {
    kind: kindOf(stats),
    sizeBytes: Number(stats.size),
    allocatedBytes: Number(stats.blocks * BLOCK_BYTES),
    modifiedMs: Number(stats.mtimeMs),
    inode: String(stats.ino),
    linkCount: Number(stats.nlink),
  };
}

function kindOf(stats: BigIntStats): EntryKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  return stats.isSymbolicLink() ? "link" : "other";
}
