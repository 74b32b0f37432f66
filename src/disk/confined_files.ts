import { dirname, join, relative, resolve, sep } from "node:path";
import type { FileSystem, OpenFile } from "../../spec/mod.ts";
import { errnoOf } from "./disk_error.ts";

/** Options of {@linkcode confinedFiles}. */
export interface ConfinedFilesOptions {
  /**
   * Whether a link out of the root may be followed to read, by its path relative to the root: a model that the user keeps
   * on another volume. @default {none may}
   */
  readonly mayLeadOut?: (path: string) => boolean;
}

/**
 * A disk on which nothing below some roots is changed through a link, and nothing outside of them is read through one:
 * `LAYOUT-PLANTED`.
 *
 * A directory may have come with a `git clone`, a backup or a shared disk, and so may links in it. Each call is checked at
 * the moment of use, not once at the start:
 *
 * - what changes the disk (`wx`, `r+`, `mkdir`, `rename`, `link`, `symlink`, `unlink`, `rmdir`, `syncDirectory`) is refused
 *   where any directory of the path below the root is a link. A link at the end is removed or replaced, never followed;
 * - a file that is opened to be written must have one name: the other one may be the user's;
 * - what only reads follows a link to a place below one of the roots, as the hub's cache and models with shared files have
 *   them; a link that leads out is refused.
 *
 * A root itself may be a link, and paths outside every root are the caller's: links there are followed to read.
 *
 * **What is left.** The check and the call are two steps, as Node has no `openat`. Who swaps a directory for a link between
 * the two, within some microseconds, is not noticed. The last component has no such window: `open` does not follow it
 * (`O_NOFOLLOW`), and `unlink`, `rename`, `mkdir` and `rmdir` never do.
 *
 * @param roots absolute paths; where they nest, the innermost decides
 * @returns refuses with the codes `ELOOP` and `EMLINK`, with the offending place as `path`
 */
export function confinedFiles(
  files: FileSystem,
  roots: readonly string[],
  options: ConfinedFilesOptions = {},
): FileSystem {
  const confinement = new Confinement(files, roots, options);
  const change = (path: string) => confinement.assertDirect(dirname(path));
  const look = (path: string) => confinement.realPlace(dirname(path));
  return {
    open: async (path, mode) => {
      if (mode === "r") return files.open(await confinement.placeToRead(path), mode);
      await change(path);
      const file = await files.open(path, mode);
      return mode === "r+" && confinement.rootOf(path) !== undefined ? soleName(file, path) : file;
    },
    mkdir: async (path) => {
      await change(path);
      await files.mkdir(path);
    },
    readdir: async (path) => {
      await confinement.realPlace(path);
      return files.readdir(path);
    },
    stat: async (path) => {
      await confinement.realPlace(path);
      return files.stat(path);
    },
    lstat: async (path) => {
      await look(path);
      return files.lstat(path);
    },
    readlink: async (path) => {
      await look(path);
      return files.readlink(path);
    },
    realpath: (path) => files.realpath(path),
    rename: async (source, target) => {
      await change(source);
      await change(target);
      await files.rename(source, target);
    },
    link: async (source, target) => {
      await change(source);
      await change(target);
      // Apple's systems give the data behind a link another name, Linux the link itself.
      if ((await files.lstat(source)).kind === "link") throw refusal("ELOOP", source);
      await files.link(source, target);
    },
    ...confinedClone(files, confinement),
    symlink: async (destination, path) => {
      await change(path);
      await files.symlink(destination, path);
    },
    unlink: async (path) => {
      await change(path);
      await files.unlink(path);
    },
    rmdir: async (path) => {
      await change(path);
      await files.rmdir(path);
    },
    syncDirectory: async (path) => {
      await confinement.assertDirect(path);
      await files.syncDirectory(path);
    },
    availableBytes: (path) => files.availableBytes(path),
  };
}

function confinedClone(files: FileSystem, confinement: Confinement): Pick<FileSystem, "clone"> {
  const { clone } = files;
  if (clone === undefined) return {};
  return {
    clone: async (source, target) => {
      await confinement.assertDirect(dirname(target));
      await clone.call(files, await confinement.placeToRead(source), target);
    },
  };
}

/**
 * The first link among the directories between a root and a path below it, the path included; undefined where there is
 * none.
 */
export async function firstLink(
  files: FileSystem,
  root: string,
  path: string,
): Promise<string | undefined> {
  let at = root;
  for (const name of relative(root, path)
    .split(sep)
    .filter((part) => part !== "")) {
    at = join(at, name);
    try {
      if ((await files.lstat(at)).kind === "link") return at;
    } catch (error) {
      // Below what is not there, there is nothing either.
      if (["ENOENT", "ENOTDIR"].includes(errnoOf(error) ?? "")) return undefined;
      throw error;
    }
  }
  return undefined;
}

class Confinement {
  readonly #files: FileSystem;
  readonly #roots: readonly string[];
  readonly #options: ConfinedFilesOptions;
  /** Where a root led when it was looked up last; only what is refused by it asks again. */
  readonly #realRoots = new Map<string, string>();

  constructor(files: FileSystem, roots: readonly string[], options: ConfinedFilesOptions) {
    this.#files = files;
    this.#options = options;
    this.#roots = roots
      .map((root) => resolve(root))
      .toSorted((one, two) => two.length - one.length);
  }

  /** The root that a path is below. */
  rootOf(path: string): string | undefined {
    return this.#roots.find((root) => isBelow(path, root));
  }

  /** Refuses a directory that is a link, or lies behind one. */
  async assertDirect(directory: string): Promise<void> {
    const root = this.rootOf(directory);
    if (root === undefined) return;
    try {
      const real = await this.#files.realpath(directory);
      if (real === (await this.#expected(root, directory))) return;
    } catch (error) {
      const link = await firstLink(this.#files, root, directory);
      throw link === undefined ? error : refusal("ELOOP", link);
    }
    // Another spelling of the same names is no link.
    const link = await firstLink(this.#files, root, directory);
    if (link !== undefined) throw refusal("ELOOP", link);
  }

  /** Where the data of a file is, to read it. A file of the user outside the roots, such as a stored token, may be a link. */
  async placeToRead(path: string): Promise<string> {
    if (this.rootOf(path) !== undefined) return this.realPlace(path);
    return (await this.#files.lstat(path)).kind === "link" ? this.#files.realpath(path) : path;
  }

  /** Where a path below a root leads; refuses a link out of the root. */
  async realPlace(path: string): Promise<string> {
    const root = this.rootOf(path);
    if (root === undefined) return path;
    const real = await this.#files.realpath(path);
    if (real === (await this.#expected(root, path))) return path;
    const realRoot = await this.#files.realpath(root);
    this.#realRoots.set(root, realRoot);
    if (real === join(realRoot, relative(root, path))) return path;
    if (isBelow(real, realRoot) || (await this.#isBelowAnother(real))) return real;
    const link = (await firstLink(this.#files, root, path)) ?? path;
    const { mayLeadOut } = this.#options;
    if (mayLeadOut?.(relative(root, link).split(sep).join("/")) === true) return real;
    throw refusal("ELOOP", link);
  }

  async #isBelowAnother(real: string): Promise<boolean> {
    for (const root of this.#roots) {
      const realRoot = await this.#files.realpath(root).catch(() => root);
      if (isBelow(real, realRoot)) return true;
    }
    return false;
  }

  /** Where a path below a root is if no part of it is a link. */
  async #expected(root: string, path: string): Promise<string> {
    let realRoot = this.#realRoots.get(root);
    if (realRoot === undefined) {
      realRoot = await this.#files.realpath(root);
      this.#realRoots.set(root, realRoot);
    }
    return (realRoot === sep ? "" : realRoot) + path.slice(root === sep ? 0 : root.length);
  }
}

function isBelow(path: string, root: string): boolean {
  return path.startsWith(root.endsWith(sep) ? root : root + sep);
}

async function soleName(file: OpenFile, path: string): Promise<OpenFile> {
  try {
    if ((await file.stat()).linkCount > 1) throw refusal("EMLINK", path);
  } catch (error) {
    await file.close();
    throw error;
  }
  return file;
}

function refusal(code: "ELOOP" | "EMLINK", path: string): Error {
  const why = code === "ELOOP" ? "a symbolic link" : "a file with a second name";
  return Object.assign(new Error(`${code}: ${why} at '${path}' is not followed`), { code, path });
}
