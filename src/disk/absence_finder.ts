import { dirname } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { namesIn } from "./walk.ts";

/**
 * Says of many files which are surely not there, as their directory is missing or empty; each directory is listed once. So a new
 * model of many files is not looked for name by name.
 *
 * @returns asks about one path; `false` says nothing: then its name must be looked for
 */
export function absenceFinder(files: FileSystem): (path: string) => Promise<boolean> {
  const empty = new Map<string, boolean>();
  const isEmpty = async (directory: string) => {
    try {
      return (await namesIn(files, directory)).length === 0;
    } catch {
      // What may not be listed may still be entered, and who looks for a name there is told what is wrong.
      return false;
    }
  };
  return async (path) => {
    const directory = dirname(path);
    const known = empty.get(directory) ?? (await isEmpty(directory));
    empty.set(directory, known);
    return known;
  };
}
