import { basename } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { diskError } from "../disk_error.ts";
import { wrapFiles } from "./wrap_files.ts";

/** What no name on exFAT may hold, and Linux's and Apple's drivers refuse. */
// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const FORBIDDEN = /[\x00-\x1f"*:<>?\\|]/;

/**
 * A volume without links of either kind, as exFAT: on sticks, SD cards and many external disks.
 *
 * `link` and `symlink` answer `EPERM`, as Linux's kernel does for a file system that has no such operation. Others word
 * it otherwise: exfat-fuse answers `ENOSYS` to `symlink`, and Apple's driver `ENOTSUP` to `link`, so no implementation
 * should rely on one code. Names with `"*:<>?\|` or control characters are refused with `EINVAL`.
 */
export function linklessFiles(files: FileSystem): FileSystem {
  return wrapFiles(files, async (call, next) => {
    const { operation, path, target } = call;
    if ((operation === "link" || operation === "symlink") && target !== undefined) {
      // The system looks up both paths before it finds out that the volume has no such operation.
      await next();
      await files.unlink(target);
      throw diskError("EPERM", operation, path, { target });
    }
    const isMaking = operation === "mkdir" || call.mode === "wx" || operation === "rename";
    if (isMaking && FORBIDDEN.test(basename(target ?? path)))
      throw diskError("EINVAL", operation, path);
    return next();
  });
}
