import { join, sep } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { errnoOf } from "../disk/disk_error.ts";

/** What a fence stands on. */
export interface FenceOptions {
  /** The claim's own directory: a process that takes the claim over renames it away first. */
  readonly directory: string;
  /** @throws {ModelError} `claim-lost` when the claim is no longer this process's own */
  readonly assertHeld: () => Promise<void>;
}

/**
 * The disk for the holder of a claim: `DL-FENCED`.
 *
 * Each change outside the claim's own directory is a rename out of that directory (to publish) or into it (to remove).
 * A process that stood still before the rename finds its directory gone, and the rename fails: what another process has
 * published meanwhile stays as it is. Before a removal, and after a failure, it also looks whether the claim is still there.
 *
 * Making and removing empty directories is not fenced: it takes nothing away.
 */
export function fencedFiles(files: FileSystem, options: FenceOptions): FileSystem {
  const { directory, assertHeld } = options;
  const isOwn = (path: string) => path.startsWith(directory + sep);
  let count = 0;
  let hasRemoved = false;
  const ownPath = (kind: string) => join(directory, `${count++}.${kind}`);
  const heldOr = async <T>(step: () => Promise<T>): Promise<T> => {
    try {
      return await step();
    } catch (error) {
      // What is missing may be the directory of a claim that was taken over.
      if (errnoOf(error) === "ENOENT") await assertHeld();
      throw error;
    }
  };
  const fenced = async <T>(step: () => Promise<T>): Promise<T> => {
    await assertHeld();
    return heldOr(step);
  };
  const publish = (source: string, target: string) =>
    // Out of the own directory no look is needed: it is renamed away before another process publishes anything.
    isOwn(source)
      ? heldOr(() => files.rename(source, target))
      : fenced(() => files.rename(source, target));
  return {
    open: (path, mode) =>
      mode === "r" || isOwn(path)
        ? heldOr(() => files.open(path, mode))
        : fenced(() => files.open(path, mode)),
    // The claim's own directory is made once, with the claim; a new one would get round the fence.
    mkdir: (path) =>
      path === directory || isOwn(path)
        ? fenced(() => Promise.reject(gone(path)))
        : files.mkdir(path),
    readdir: (path) => files.readdir(path),
    stat: (path) => files.stat(path),
    lstat: (path) => files.lstat(path),
    readlink: (path) => files.readlink(path),
    realpath: (path) => files.realpath(path),
    rename: publish,
    link: async (source, target) => {
      const own = ownPath("link");
      await heldOr(() => files.link(source, own));
      await publish(own, target);
    },
    ...fencedClone(files, (target) => (isOwn(target) ? heldOr : fenced)),
    symlink: (destination, path) =>
      isOwn(path)
        ? heldOr(() => files.symlink(destination, path))
        : fenced(() => files.symlink(destination, path)),
    unlink: async (path) => {
      if (isOwn(path) || (await files.lstat(path)).kind === "directory") return files.unlink(path);
      const own = ownPath("gone");
      try {
        await fenced(() => files.rename(path, own));
        hasRemoved = true;
      } catch (error) {
        if (errnoOf(error) !== "EXDEV") throw error;
        return fenced(() => files.unlink(path));
      }
      return files.unlink(own);
    },
    rmdir: (path) => files.rmdir(path),
    // What was removed went by way of the claim's own directory, so both sides of that rename are made durable.
    syncDirectory: async (path) => {
      if (hasRemoved && path !== directory) {
        await heldOr(() => files.syncDirectory(directory));
        hasRemoved = false;
      }
      await heldOr(() => files.syncDirectory(path));
    },
    availableBytes: (path) => files.availableBytes(path),
  };
}

type Step = (step: () => Promise<void>) => Promise<void>;

function fencedClone(
  files: FileSystem,
  stepTo: (target: string) => Step,
): Pick<FileSystem, "clone"> {
  const { clone } = files;
  if (clone === undefined) return {};
  return { clone: (source, target) => stepTo(target)(() => clone.call(files, source, target)) };
}

function gone(path: string): Error {
  return Object.assign(new Error(`ENOENT: the claim's directory is gone, mkdir '${path}'`), {
    code: "ENOENT",
  });
}
