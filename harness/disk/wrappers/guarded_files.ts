import { dirname, sep } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { diskError } from "../disk_error.ts";
import { type DiskCall, isChange, wrapFiles } from "./wrap_files.ts";

/** Options of {@linkcode guardedFiles}. */
export interface GuardedFilesOptions {
  /**
   * Absolute path of a directory. `read-only`: it and everything below lies on a read-only volume (`EROFS`). `locked`: its
   * own entries cannot be made, renamed or removed (`EACCES`), as in a directory of mode 555. `closed`: nothing below can
   * even be looked at (`EACCES`), as in a directory of mode 000.
   */
  readonly directory: string;
  readonly how: "read-only" | "locked" | "closed";
}

/** A disk that keeps a process from a directory, as permissions and read-only volumes do; `refusals()` says how often. */
export function guardedFiles(
  files: FileSystem,
  options: GuardedFilesOptions,
): FileSystem & { refusals(): number } {
  const { how } = options;
  let count = 0;
  const wrapped = wrapFiles(files, async (call, next) => {
    if (!isRefused(call, options)) return next();
    count++;
    throw diskError(how === "read-only" ? "EROFS" : "EACCES", call.operation, call.path);
  });
  return { ...wrapped, refusals: () => count };
}

/** What goes on with a file that is open already. */
const ON_OPEN_FILES: readonly DiskCall["operation"][] = [
  "read",
  "write",
  "truncate",
  "sync",
  "fstat",
  "close",
];

function isRefused(call: DiskCall, { directory, how }: GuardedFilesOptions): boolean {
  const paths = touchedPaths(call);
  const isBelow = (path: string) => path.startsWith(directory + sep);
  if (ON_OPEN_FILES.includes(call.operation)) return false;
  switch (how) {
    case "read-only":
      return (isChange(call) || call.mode === "r+") && paths.some(isBelow);
    case "locked":
      return isChange(call) && paths.some((path) => dirname(path) === directory);
    case "closed":
      return (
        paths.some(isBelow) ||
        (call.path === directory && ["readdir", "syncDirectory"].includes(call.operation))
      );
  }
}

function touchedPaths({ operation, path, target }: DiskCall): string[] {
  // The text of a symbolic link touches nothing.
  if (operation === "symlink") return target === undefined ? [] : [target];
  return target === undefined ? [path] : [path, target];
}
