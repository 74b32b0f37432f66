import type { FileSystem, OpenFile } from "../../../spec/mod.ts";
import { diskError, errnoOf } from "../../disk/disk_error.ts";
import { unlinkIfThere } from "../../disk/small_file.ts";
import { attemptWrite } from "./attempt_write.ts";

/** An open partial file. */
export interface OpenPartial {
  readonly file: OpenFile;
  /** Whether it was made just now. */
  readonly isNew: boolean;
}

/**
 * Opens a partial file, or makes it: most files are begun and not resumed, and one that is made needs no look.
 *
 * @throws {ModelError} as the disk fails
 */
export async function openPartial(files: FileSystem, path: string): Promise<OpenPartial> {
  const make = async () => ({ file: await files.open(path, "wx"), isNew: true });
  try {
    return await make();
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw diskError(error, `write "${path}"`);
  }
  try {
    return { file: await files.open(path, "r+"), isNew: false };
  } catch (error) {
    const errno = errnoOf(error) ?? "";
    // What is no file of ours alone gives way by its name; what it leads to stays as it is: `LAYOUT-PLANTED`.
    if (["ELOOP", "EMLINK", "ENXIO"].includes(errno))
      await attemptWrite(() => unlinkIfThere(files, path), path);
    else if (errno !== "ENOENT") throw diskError(error, `open "${path}"`);
  }
  return attemptWrite(make, path);
}
