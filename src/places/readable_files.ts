import type { FileSystem } from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";

/** Answers to a look at another user's directory, at a path that is too deep, at a circle of links, or at a FIFO. */
const HIDDEN: readonly string[] = ["EACCES", "EPERM", "ENAMETOOLONG", "ELOOP", "ENXIO"];

/**
 * A disk on which what cannot be read is absent, such as `lost+found` or a directory that is too deep: `MANAGE-UNREADABLE`,
 * `MANAGE-BAD-ENTRY`.
 *
 * @param options `root`: the one directory that must be readable; `onUnreadable`: called with each directory and file
 * that is left out
 */
export function readableFiles(
  files: FileSystem,
  options: { readonly root: string; readonly onUnreadable: (path: string) => void },
): FileSystem {
  const { root, onUnreadable } = options;
  const hide = async <T>(path: string, action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (error) {
      if (path === root || !HIDDEN.includes(errnoOf(error) ?? "")) throw error;
      onUnreadable(path);
      throw Object.assign(new Error(`not readable: ${path}`, { cause: error }), { code: "ENOENT" });
    }
  };
  return {
    open: (path, mode) => hide(path, () => files.open(path, mode)),
    mkdir: (path) => files.mkdir(path),
    readdir: (path) => hide(path, () => files.readdir(path)),
    stat: (path) => hide(path, () => files.stat(path)),
    lstat: (path) => hide(path, () => files.lstat(path)),
    readlink: (path) => files.readlink(path),
    realpath: (path) => files.realpath(path),
    rename: (source, target) => files.rename(source, target),
    link: (source, target) => files.link(source, target),
    ...(files.clone !== undefined && {
      clone: async (source, target) => files.clone?.(source, target),
    }),
    symlink: (destination, path) => files.symlink(destination, path),
    unlink: (path) => files.unlink(path),
    rmdir: (path) => files.rmdir(path),
    syncDirectory: (path) => files.syncDirectory(path),
    availableBytes: (path) => files.availableBytes(path),
  };
}
