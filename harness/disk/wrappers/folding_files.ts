import { basename, dirname, join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { foldCaseAndForm, type NameFold } from "../name_fold.ts";

/**
 * A volume that takes names for one which differ only in case or Unicode normalization, as APFS on a Mac: the name first
 * used is kept, and any spelling finds it.
 *
 * It lies over a disk that distinguishes names, so the text of a symbolic link is followed by that disk's rules: a volume
 * in memory folds there too, by `memoryFiles({ fold })`.
 *
 * @param fold what equal names have in common
 */
export function foldingFiles(files: FileSystem, fold: NameFold = foldCaseAndForm): FileSystem {
  const at = <T>(path: string, action: (path: string) => Promise<T>) =>
    storedPath(files, path, fold).then(action);
  const both = async <T>(
    one: string,
    two: string,
    action: (one: string, two: string) => Promise<T>,
  ) => action(await storedPath(files, one, fold), await storedPath(files, two, fold));
  return {
    open: (path, mode) => at(path, (stored) => files.open(stored, mode)),
    mkdir: (path) => at(path, (stored) => files.mkdir(stored)),
    readdir: (path) => at(path, (stored) => files.readdir(stored)),
    stat: (path) => at(path, (stored) => files.stat(stored)),
    lstat: (path) => at(path, (stored) => files.lstat(stored)),
    readlink: (path) => at(path, (stored) => files.readlink(stored)),
    realpath: (path) => at(path, (stored) => files.realpath(stored)),
    rename: (source, target) =>
      both(source, target, (one, two) =>
        // The same entry under another spelling: the volume takes the new one.
        files.rename(one, one === two && isRespelt(source, target) ? respelt(two, target) : two),
      ),
    link: (source, target) => both(source, target, (one, two) => files.link(one, two)),
    symlink: (destination, path) => at(path, (stored) => files.symlink(destination, stored)),
    unlink: (path) => at(path, (stored) => files.unlink(stored)),
    rmdir: (path) => at(path, (stored) => files.rmdir(stored)),
    syncDirectory: (path) => at(path, (stored) => files.syncDirectory(stored)),
    availableBytes: (path) => at(path, (stored) => files.availableBytes(stored)),
  };
}

function isRespelt(source: string, target: string): boolean {
  return basename(source) !== basename(target);
}

function respelt(path: string, target: string): string {
  return join(dirname(path), basename(target));
}

/** The spelling in which the volume holds a path, as far as it holds it. */
async function storedPath(files: FileSystem, path: string, fold: NameFold): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  try {
    await files.lstat(path);
    return path;
  } catch {
    // Not there by its own name: it is looked for among the others.
  }
  const name = path.slice(parent === "/" ? 1 : parent.length + 1);
  const directory = await storedPath(files, parent, fold);
  try {
    const names = await files.readdir(directory);
    const folded = fold(name);
    const stored = names.includes(name) ? name : names.find((other) => fold(other) === folded);
    return join(directory, stored ?? name);
  } catch {
    // The parent is not there or is no directory: the call itself will say so.
    return join(directory, name);
  }
}
