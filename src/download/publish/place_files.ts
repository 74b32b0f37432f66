import { dirname } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { makeDirectories } from "../../disk/directories.ts";
import { errnoOf } from "../../disk/disk_error.ts";
import { lstatIfThere } from "../../disk/walk.ts";
import type { Move } from "./publisher.ts";

/** How often a parent may vanish between its making and the rename into it. */
const VANISHED_MAX = 20;

/** Puts files in their places, each by one rename, and then makes that durable. */
export async function placeFiles(files: FileSystem, moves: readonly Move[]): Promise<void> {
  const changed = new Set<string>();
  for (const move of moves) {
    await renameIntoPlace(files, move);
    if (move.isDurable !== false) changed.add(dirname(move.target));
  }
  for (const directory of changed) await files.syncDirectory(directory);
}

/** Makes the parents at this moment, also when another process keeps removing them: `LAYOUT-PARENTS`. */
async function renameIntoPlace(files: FileSystem, { source, target }: Move): Promise<void> {
  for (let vanished = 0; ; vanished++) {
    try {
      await files.rename(source, target);
      return;
    } catch (error) {
      const isParentGone =
        errnoOf(error) === "ENOENT" && (await lstatIfThere(files, source)) !== undefined;
      if (!isParentGone || vanished === VANISHED_MAX) throw error;
    }
    await makeDirectories(files, dirname(target));
  }
}
