/**
 * The volumes that models are moved on and between.
 *
 * @module
 */

import { diskError, wrapFiles } from "../../harness/internal.ts";
import type { StartOptions } from "../../harness/mod.ts";
import type { FileSystem } from "../../spec/mod.ts";

/** How a process is started on each, where the model's old directory is given. */
export const MIGRATION_VOLUMES = {
  "with links": () => ({}),
  "without links": () => ({ files: withoutLinks }),
  "another volume": (from) => ({ files: (files) => acrossVolumes(files, from) }),
} as const satisfies Record<string, (from: string) => StartOptions>;

/** The model's old directory lies on a volume of its own. */
function acrossVolumes(files: FileSystem, directory: string): FileSystem {
  const isThere = (path: string) => path === directory || path.startsWith(`${directory}/`);
  return wrapFiles(files, async ({ operation, path, target = path }, next) => {
    const isAcross = isThere(path) !== isThere(target);
    if (isAcross && ["link", "rename"].includes(operation))
      throw diskError("EXDEV", operation, path, { target });
    return next();
  });
}

/** A volume of the kind that cameras and memory sticks have. */
function withoutLinks(files: FileSystem): FileSystem {
  return wrapFiles(files, async (call, next) => {
    if (call.operation === "link") throw diskError("EPERM", "link", call.path);
    return next();
  });
}
