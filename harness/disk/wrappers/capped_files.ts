import type { FileSystem, OpenFile } from "../../../spec/mod.ts";
import { diskError } from "../disk_error.ts";
import { wrapFiles } from "./wrap_files.ts";

/**
 * A disk on which no file may be larger than so many bytes, as a volume or a limit of the process has it: `EFBIG`. What still
 * fits is written.
 */
export function cappedFiles(
  files: FileSystem,
  { fileBytesMax }: { readonly fileBytesMax: number },
): FileSystem {
  return {
    ...wrapFiles(files, (_, next) => next()),
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      return {
        read: (buffer, position) => file.read(buffer, position),
        stat: () => file.stat(),
        sync: () => file.sync(),
        close: () => file.close(),
        write: async (data, position) => {
          const fittingBytes = Math.max(0, fileBytesMax - position);
          if (data.length <= fittingBytes) return file.write(data, position);
          if (fittingBytes > 0) await file.write(data.subarray(0, fittingBytes), position);
          throw diskError("EFBIG", "write", path);
        },
        truncate: async (sizeBytes) => {
          if (sizeBytes > fileBytesMax) throw diskError("EFBIG", "ftruncate", path);
          return file.truncate(sizeBytes);
        },
      } satisfies OpenFile;
    },
  };
}
