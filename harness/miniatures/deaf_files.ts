import type { FileSystem } from "../../spec/mod.ts";

/** Which syncs of a disk do nothing. */
export interface Deafness {
  /** By the path that the file was opened by. */
  readonly file?: (path: string) => boolean;
  readonly directory?: (path: string) => boolean;
}

/** A disk on which some syncs do nothing. */
export function deafFiles(files: FileSystem, deafness: Deafness): FileSystem {
  const { file: isDeafFile, directory: isDeafDirectory } = deafness;
  return {
    ...files,
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      return isDeafFile?.(path) === true ? { ...file, sync: async () => {} } : file;
    },
    syncDirectory: async (path) => {
      if (isDeafDirectory?.(path) !== true) await files.syncDirectory(path);
    },
  };
}
