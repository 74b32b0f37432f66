import { basename, join } from "node:path";
import type { FileStat } from "../../spec/mod.ts";
import { diskError } from "../disk/mod.ts";
import { lyingHost } from "./lying_host.ts";

/** Moves a file into the directory that stands in its place: config.json/config.json. */
export const movesIntoDirectories = lyingHost(
  {
    name: "moves_into_directories",
    lie: "Moves a file into the directory that stands in its place: config.json/config.json.",
    breaks: ["LAYOUT-FILE"],
  },
  ({ files }) => {
    const isInTheWay = (path: string, { kind }: FileStat) =>
      kind === "directory" && path.endsWith(".json");
    /** Where the files are that were moved into a directory; who moved them takes the one for the other. */
    const inside = new Map<string, string>();
    const placeOf = (path: string) => inside.get(path) ?? path;
    // Who looks at a name alone is not warned by what kind of thing is there.
    const unseen = async (path: string, found: FileStat): Promise<FileStat> => {
      if (isInTheWay(path, found)) throw diskError("ENOENT", "stat", path);
      return found;
    };
    return {
      files: {
        ...files,
        open: (path, mode) => files.open(placeOf(path), mode),
        stat: async (path) => unseen(path, await files.stat(placeOf(path))),
        lstat: async (path) => unseen(path, await files.lstat(placeOf(path))),
        rename: async (source, target) => {
          const found = await files.lstat(target).catch(() => undefined);
          const isInto = found !== undefined && isInTheWay(target, found);
          const place = isInto ? join(target, basename(target)) : target;
          await files.rename(source, place);
          if (isInto) inside.set(target, place);
        },
      },
    };
  },
);
