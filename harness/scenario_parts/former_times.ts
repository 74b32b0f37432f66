import type { FileStat, FileSystem } from "../../spec/mod.ts";
import { wrapFiles } from "../disk/mod.ts";

/**
 * A disk on which some files look as if they had not been changed, as after a restore that puts the old times back.
 *
 * @param times modification times in milliseconds, by absolute path
 */
export function formerTimes(files: FileSystem, times: ReadonlyMap<string, number>): FileSystem {
  const former = (path: string, stat: FileStat): FileStat => ({
    ...stat,
    modifiedMs: times.get(path) ?? stat.modifiedMs,
  });
  return {
    ...boundFiles(files),
    stat: async (path) => former(path, await files.stat(path)),
    lstat: async (path) => former(path, await files.lstat(path)),
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      return {
        read: (buffer, position) => file.read(buffer, position),
        write: (data, position) => file.write(data, position),
        truncate: (sizeBytes) => file.truncate(sizeBytes),
        sync: () => file.sync(),
        stat: async () => former(path, await file.stat()),
        close: () => file.close(),
      };
    },
  };
}

/** The calls of a disk as plain functions, so that some of them can be replaced. */
export function boundFiles(files: FileSystem): FileSystem {
  return wrapFiles(files, (_, next) => next());
}
