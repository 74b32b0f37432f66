import { dirname, join, sep } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { type DiskCall, observingFiles } from "../disk/mod.ts";
import type { StartOptions, World } from "../worlds/world.ts";

/** Watches a process for changes of the disk outside the root: `LAYOUT-ROOT-ONLY`. */
export interface ChangesOutside {
  /** A line for each change so far. */
  readonly found: readonly string[];
  /** What a process is started with so that it is watched; of a program only what it left behind can be seen. */
  readonly start: Pick<StartOptions, "files">;
}

/** Makes a watch; making the root itself, with its parents, is not a change outside. */
export function changesOutside(world: Pick<World, "root" | "kind">): ChangesOutside {
  const found: string[] = [];
  const watch = (files: FileSystem) =>
    observingFiles(files, async (call) => {
      for (const path of changedPaths(call)) {
        if (!(await isOutside(files, { path, root: world.root }))) continue;
        found.push(`${call.operation} ${path}`);
      }
    });
  return { found, start: world.kind === "process" ? {} : { files: watch } };
}

function changedPaths({ operation, path, target }: DiskCall): string[] {
  // What a symbolic link says is a text; a second name changes nothing at the first.
  if (operation === "symlink" || operation === "link") return target === undefined ? [] : [target];
  return target === undefined ? [path] : [path, target];
}

async function isOutside(
  files: FileSystem,
  { path, root }: { readonly path: string; readonly root: string },
): Promise<boolean> {
  if (root === path || root.startsWith(path + sep)) return false;
  const place = join(await realOf(files, dirname(path)), "x");
  return !place.startsWith((await realOf(files, root)) + sep);
}

/** Where a path leads, as far as it still exists. */
async function realOf(files: FileSystem, path: string): Promise<string> {
  try {
    return await files.realpath(path);
  } catch {
    // Its parent tells as well where it was.
    return dirname(path) === path
      ? path
      : join(await realOf(files, dirname(path)), path.slice(dirname(path).length + 1));
  }
}
