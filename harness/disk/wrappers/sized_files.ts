import type { FileStat, FileSystem, OpenFile } from "../../../spec/mod.ts";
import { diskError, diskErrorCode } from "../disk_error.ts";
import { SpaceAccount } from "../memory/space_account.ts";
import { wrapFiles } from "./wrap_files.ts";

/** Options of {@linkcode sizedFiles}. */
export interface SizedFilesOptions {
  /** Room for what is written from now on. */
  readonly availableBytes: number;
}

/**
 * A volume of limited size over any disk: `ENOSPC` when it is full, and room again when data loses its last name.
 *
 * The unit is one byte, holes take no room, and a full disk keeps what still fitted, as in `memoryFiles()`. What lay
 * there before takes no room and gives none back.
 */
export function sizedFiles(files: FileSystem, { availableBytes }: SizedFilesOptions): FileSystem {
  const volume = new SizedVolume(files, availableBytes);
  return {
    ...wrapFiles(files, (_, next) => next()),
    open: async (path, mode) => volume.opened(await files.open(path, mode), path),
    unlink: (path) => volume.replacing(path, () => files.unlink(path)),
    rename: (source, target) => volume.replacing(target, () => files.rename(source, target)),
    availableBytes: async (path) => {
      await files.availableBytes(path);
      return volume.space.availableBytes();
    },
  };
}

class SizedVolume {
  readonly space: SpaceAccount<string>;
  readonly #files: FileSystem;
  readonly #opens = new Map<string, number>();
  /** Data that has no name any more and is open still. */
  readonly #nameless = new Set<string>();

  constructor(files: FileSystem, capacityBytes: number) {
    this.#files = files;
    this.space = new SpaceAccount(capacityBytes);
  }

  async opened(file: OpenFile, path: string): Promise<OpenFile> {
    const { inode } = await file.stat();
    this.#opens.set(inode, (this.#opens.get(inode) ?? 0) + 1);
    return {
      read: (buffer, position) => file.read(buffer, position),
      stat: () => file.stat(),
      sync: () => file.sync(),
      write: async (data, position) => {
        const fitting = this.space.take(inode, position, data.length);
        await file.write(data.subarray(0, fitting), position);
        if (fitting < data.length) throw diskError("ENOSPC", "write", path);
      },
      truncate: async (sizeBytes) => {
        await file.truncate(sizeBytes);
        this.space.truncate(inode, sizeBytes);
      },
      close: async () => {
        await file.close();
        this.#opens.set(inode, (this.#opens.get(inode) ?? 1) - 1);
        if (this.#nameless.has(inode)) this.#release(inode);
      },
    };
  }

  /** Carries out what takes a name away, and gives room back when it was the data's last one. */
  async replacing<T>(path: string, action: () => Promise<T>): Promise<T> {
    const before = await this.#lstat(path);
    const value = await action();
    const after = await this.#lstat(path);
    if (before?.kind !== "file" || before.linkCount > 1 || after?.inode === before.inode)
      return value;
    this.#release(before.inode);
    return value;
  }

  #release(inode: string): void {
    if ((this.#opens.get(inode) ?? 0) > 0) {
      this.#nameless.add(inode);
      return;
    }
    this.space.release(inode);
    this.#nameless.delete(inode);
    this.#opens.delete(inode);
  }

  async #lstat(path: string): Promise<FileStat | undefined> {
    try {
      return await this.#files.lstat(path);
    } catch (error) {
      if (diskErrorCode(error) === undefined) throw error;
      return undefined;
    }
  }
}
