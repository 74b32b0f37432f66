import type { FileSystem, OpenFile, OpenMode } from "../../../spec/mod.ts";

/** One call of the port. */
export interface DiskCall {
  readonly operation: keyof FileSystem | "read" | "write" | "truncate" | "sync" | "fstat" | "close";
  /** The path, or the path that an open file was opened by. */
  readonly path: string;
  /** Second path of `rename`, `link` and `clone`, path of a `symlink`. */
  readonly target?: string;
  readonly mode?: OpenMode;
  readonly position?: number;
  readonly sizeBytes?: number;
}

const CHANGES: readonly DiskCall["operation"][] = [
  "mkdir",
  "rename",
  "link",
  "clone",
  "symlink",
  "unlink",
  "rmdir",
  "write",
  "truncate",
];

/** Calls after which the disk is another. */
export function isChange({ operation, mode }: DiskCall): boolean {
  if (operation === "open") return mode === "wx";
  return CHANGES.includes(operation);
}

/**
 * Sees each call and decides what becomes of it.
 *
 * @param tear carries out the first half of a write, as a short write does; only for writes
 */
export type DiskHook = <T>(
  call: DiskCall,
  next: () => Promise<T>,
  tear?: () => Promise<void>,
) => Promise<T>;

/** Puts a hook before every call of a disk and of its open files. */
export function wrapFiles(files: FileSystem, hook: DiskHook): FileSystem {
  const one = <T>(operation: DiskCall["operation"], path: string, next: () => Promise<T>) =>
    hook({ operation, path }, next);
  const two = <T>(
    operation: DiskCall["operation"],
    paths: readonly [string, string],
    next: () => Promise<T>,
  ) => hook({ operation, path: paths[0], target: paths[1] }, next);
  return {
    open: (path, mode) =>
      hook({ operation: "open", path, mode }, async () =>
        wrapFile(await files.open(path, mode), { path, hook }),
      ),
    mkdir: (path) => one("mkdir", path, () => files.mkdir(path)),
    readdir: (path) => one("readdir", path, () => files.readdir(path)),
    stat: (path) => one("stat", path, () => files.stat(path)),
    lstat: (path) => one("lstat", path, () => files.lstat(path)),
    readlink: (path) => one("readlink", path, () => files.readlink(path)),
    realpath: (path) => one("realpath", path, () => files.realpath(path)),
    rename: (source, target) => two("rename", [source, target], () => files.rename(source, target)),
    link: (source, target) => two("link", [source, target], () => files.link(source, target)),
    ...(files.clone !== undefined && {
      clone: (source, target) =>
        two("clone", [source, target], async () => files.clone?.(source, target)),
    }),
    symlink: (destination, path) =>
      two("symlink", [destination, path], () => files.symlink(destination, path)),
    unlink: (path) => one("unlink", path, () => files.unlink(path)),
    rmdir: (path) => one("rmdir", path, () => files.rmdir(path)),
    syncDirectory: (path) => one("syncDirectory", path, () => files.syncDirectory(path)),
    availableBytes: (path) => one("availableBytes", path, () => files.availableBytes(path)),
  };
}

function wrapFile(
  file: OpenFile,
  options: { readonly path: string; readonly hook: DiskHook },
): OpenFile {
  const { path, hook } = options;
  return {
    read: (buffer, position) =>
      hook({ operation: "read", path, position, sizeBytes: buffer.length }, () =>
        file.read(buffer, position),
      ),
    write: (data, position) =>
      hook(
        { operation: "write", path, position, sizeBytes: data.length },
        () => file.write(data, position),
        () => file.write(data.subarray(0, data.length >> 1), position),
      ),
    truncate: (sizeBytes) =>
      hook({ operation: "truncate", path, sizeBytes }, () => file.truncate(sizeBytes)),
    sync: () => hook({ operation: "sync", path }, () => file.sync()),
    stat: () => hook({ operation: "fstat", path }, () => file.stat()),
    close: () => hook({ operation: "close", path }, () => file.close()),
  };
}
