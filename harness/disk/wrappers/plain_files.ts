import type { FileSystem } from "../../../spec/mod.ts";

/** The calls of a disk as plain objects: a wrapper may spread them, which leaves out the methods of a class. */
export function plainFiles(files: FileSystem): FileSystem {
  return {
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      return {
        read: (buffer, position) => file.read(buffer, position),
        write: (data, position) => file.write(data, position),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        sync: () => file.sync(),
        stat: () => file.stat(),
        close: () => file.close(),
      };
    },
    mkdir: (path) => files.mkdir(path),
    readdir: (path) => files.readdir(path),
    stat: (path) => files.stat(path),
    lstat: (path) => files.lstat(path),
    readlink: (path) => files.readlink(path),
    realpath: (path) => files.realpath(path),
    rename: (source, target) => files.rename(source, target),
    link: (source, target) => files.link(source, target),
    symlink: (destination, path) => files.symlink(destination, path),
    unlink: (path) => files.unlink(path),
    rmdir: (path) => files.rmdir(path),
    syncDirectory: (path) => files.syncDirectory(path),
    availableBytes: (path) => files.availableBytes(path),
  };
}
