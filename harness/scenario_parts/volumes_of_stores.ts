import type { FileStat, FileSystem } from "../../spec/mod.ts";
import { diskError, readBytes, wrapFiles, writeBytes } from "../disk/mod.ts";
import type { StartOptions } from "../worlds/mod.ts";

/** The volumes on and between which a model is moved or shared: how a process is started, where a directory of one side is given. */
export const STORE_VOLUMES = {
  "with links": () => ({}),
  "without links": () => ({ files: (files) => withoutLinks(files, "EPERM") }),
  // What drivers answer otherwise: one in user space, Apple's own, and a volume whose files have all the names that they may have.
  "without links, as FUSE says it": () => ({ files: (files) => withoutLinks(files, "ENOSYS") }),
  "without links, as Apple says it": () => ({ files: (files) => withoutLinks(files, "ENOTSUP") }),
  "with no more links": () => ({ files: (files) => withoutLinks(files, "EMLINK") }),
  "with clones alone": () => ({ files: withClones }),
  "another volume": (directory) => ({ files: (files) => acrossVolumes(files, directory) }),
} as const satisfies Record<string, (directory: string) => StartOptions>;

/** The directory lies on a volume of its own, and what is asked about an entry says so. */
function acrossVolumes(files: FileSystem, directory: string): FileSystem {
  const isThere = (path: string) => path === directory || path.startsWith(`${directory}/`);
  const onVolume = <T>(path: string, stat: T): T => ({
    ...(stat as T & FileStat),
    volume: isThere(path) ? "theirs" : "ours",
  });
  return wrapFiles(files, async ({ operation, path, target = path }, next) => {
    const isAcross = isThere(path) !== isThere(target);
    if (isAcross && ["link", "rename"].includes(operation))
      throw diskError("EXDEV", operation, path, { target });
    return ["stat", "lstat"].includes(operation) ? onVolume(path, await next()) : next();
  });
}

/** A volume without hard links, as cameras and memory sticks have; other links are there. */
function withoutLinks(
  files: FileSystem,
  code: "EPERM" | "ENOSYS" | "ENOTSUP" | "EMLINK",
): FileSystem {
  return wrapFiles(files, async (call, next) => {
    if (call.operation === "link") throw diskError(code, "link", call.path);
    return next();
  });
}

/** A volume without hard links that gives two files the same data until one of them changes, as APFS and btrfs can. */
function withClones(files: FileSystem): FileSystem {
  return {
    ...withoutLinks(files, "EPERM"),
    clone: async (source, target) => writeBytes(files, target, await readBytes(files, source)),
  };
}
