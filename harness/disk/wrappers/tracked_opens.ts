import type { FileSystem } from "../../../spec/mod.ts";
import { plainFiles } from "./plain_files.ts";

/** A disk that knows which of its files are open. */
export interface TrackedOpens {
  readonly files: FileSystem;
  /** Paths by which files were opened that nobody has closed, in the order of their opening. */
  readonly openPaths: () => readonly string[];
}

/** Notes each file that is opened until its `close` is called, whatever that answers: a system lets go of it either way. */
export function trackedOpens(files: FileSystem): TrackedOpens {
  const open = new Map<symbol, string>();
  return {
    files: {
      ...plainFiles(files),
      open: async (path, mode) => {
        const file = await files.open(path, mode);
        const key = Symbol(path);
        open.set(key, path);
        const { pieceBytes } = file;
        return {
          ...(pieceBytes !== undefined && { pieceBytes }),
          read: (buffer, position) => file.read(buffer, position),
          write: (data, position) => file.write(data, position),
          truncate: (sizeBytes) => file.truncate(sizeBytes),
          sync: () => file.sync(),
          stat: () => file.stat(),
          close: () => {
            open.delete(key);
            return file.close();
          },
        };
      },
    },
    openPaths: () => [...open.values()],
  };
}
