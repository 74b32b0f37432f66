import { basename, dirname, join, relative, sep } from "node:path";
import type { FileStat, FileSystem } from "../../spec/mod.ts";
import { diskError, exists, makeDirectories } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";

const WEIGHTS = ".safetensors";

/** Miniatures that move files to their places wrongly. */
export const publishingMiniatures: readonly Miniature[] = [
  miniature("config_before_weights", {
    mistake: "Moves a weight file to its place only after config.json.",
    breaks: ["DL-CONFIG-LAST"],
    wrapStart: (start, { host, config }) => {
      /** Directories of models that are downloaded whole. */
      const models = new Set<string>();
      const { files, forget } = weightsLate(host.files, models);
      const manager = start({ ...host, files }, config);
      return withMethods(manager, {
        download: async (request, options) => {
          // Where patterns exclude the configuration there is nothing to wait for.
          if (request.include !== undefined) return manager.download(request, options);
          const directory = modelPlace(config, request.repository);
          models.add(directory);
          try {
            return await manager.download(request, options);
          } finally {
            models.delete(directory);
            forget(directory);
          }
        },
      });
    },
  }),
  miniature("partials_in_model_directory", {
    mistake: "Shows partial data in the model directory under the name of a weight file.",
    // What was removed again comes back with a crash, and spoils the model that was promised.
    breaks: ["DL-PARTIAL-PLACE", "DUR-SUCCESS"],
    wrapStart: (start, { host, config }) => {
      const manager = start({ ...host, files: withDecoys(host.files, config.root) }, config);
      const plain = start(host, config);
      return withMethods(manager, {
        ...(plain.share && { share: plain.share.bind(plain) }),
        download: async (request, options) => {
          const result = await manager.download(request, options);
          await removeDecoys(host.files, result.directory);
          return result;
        },
      });
    },
  }),
  miniature("makes_parents_once", {
    mistake: "Creates the parents of a file when it asks for the file, and never again.",
    breaks: ["LAYOUT-PARENTS"],
    wrapHost: ({ fetch, files }, { config }) => {
      const made = new Set<string>();
      return {
        fetch: async (url, request) => {
          const [, repository, path = ""] =
            /^[^/]*\/\/[^/]+\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+\/.+)$/.exec(url) ?? [];
          if (repository !== undefined) {
            const names = decodeURIComponent(path).split("/");
            const directory = modelPlace(config, repository);
            await makeDirectories(files, dirname(join(directory, ...names))).catch(() => {});
            for (const at of names.keys()) {
              const parent = join(directory, ...names.slice(0, at));
              if (at > 0 && (await exists(files, parent))) made.add(parent);
            }
          }
          return fetch(url, request);
        },
        files: {
          ...files,
          mkdir: async (path) => {
            if (!made.has(path)) await files.mkdir(path);
          },
          rmdir: async (path) => {
            await files.rmdir(path);
            made.delete(path);
          },
        },
      };
    },
  }),
  miniature("moves_into_directories", {
    mistake: "Moves a file into the directory that is in its place: config.json/config.json.",
    breaks: ["LAYOUT-FILE"],
    wrapHost: ({ files }) => {
      const isInTheWay = (path: string, { kind }: FileStat) =>
        kind === "directory" && path.endsWith(".json");
      /** Where the files are that were moved into a directory, by where they belong. */
      const inside = new Map<string, string>();
      const placeOf = (path: string) => inside.get(path) ?? path;
      // A subject that looks at a name alone does not see what kind of thing is there.
      const unseen = (path: string, found: FileStat): FileStat => {
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
  }),
  miniature("syncs_what_it_wrote_itself", {
    mistake: "Syncs no file that it finds whole among the partial data of a killed process.",
    breaks: ["DUR-CORE"],
    shownBy: ["crash/order_of_syncs"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        open: async (path, mode) => {
          const file = await files.open(path, mode);
          // What a crash then leaves is the matter of other requirements.
          if (mode !== "r+" || !path.includes("/Order-of-Syncs/")) return file;
          if (path.endsWith(".tmp")) return file;
          let isChanged = false;
          return {
            ...file,
            write: (data, position) => {
              isChanged = true;
              return file.write(data, position);
            },
            truncate: (sizeBytes) => {
              isChanged = true;
              return file.truncate(sizeBytes);
            },
            sync: async () => {
              if (isChanged) await file.sync();
            },
          };
        },
      },
    }),
  }),
];

/** A disk that delays one move of a weight file in each of the directories until config.json is in its place. */
function weightsLate(
  files: FileSystem,
  directories: ReadonlySet<string>,
): { readonly files: FileSystem; readonly forget: (directory: string) => void } {
  /** The move that waits, by its directory. */
  const waiting = new Map<string, readonly [source: string, target: string]>();
  const rename: typeof files.rename = async (source, target) => {
    const directory = dirname(target);
    const isWeight = target.endsWith(WEIGHTS) && !source.endsWith(WEIGHTS);
    if (directories.has(directory) && isWeight && !waiting.has(directory)) {
      // What cannot be moved fails now, as it would without the mistake.
      await files.lstat(source);
      await files.lstat(directory);
      waiting.set(directory, [source, target]);
      return;
    }
    await files.rename(source, target);
    const late = waiting.get(directory);
    if (basename(target) !== "config.json" || late === undefined) return;
    waiting.delete(directory);
    try {
      await files.rename(...late);
    } catch (error) {
      await files.rename(target, source);
      throw error;
    }
  };
  return {
    files: { ...files, rename },
    forget: (directory) => {
      waiting.delete(directory);
    },
  };
}

/** A disk that links what is written in a hidden directory of a model into the model's directory. */
function withDecoys(files: FileSystem, root: string): FileSystem {
  const decoyOf = (path: string) => {
    const [models, org, name, hidden] = relative(root, path).split(sep);
    if (models !== "models" || org === undefined || name === undefined) return undefined;
    if (hidden?.startsWith(".") !== true || hidden === basename(path)) return undefined;
    return join(root, models, org, name, basename(path) + WEIGHTS);
  };
  const hide = async (path: string) => {
    const decoy = decoyOf(path);
    if (decoy !== undefined && (await exists(files, decoy)))
      await files.unlink(decoy).catch(() => {});
  };
  return {
    ...files,
    open: async (path, mode) => {
      const file = await files.open(path, mode);
      const decoy = mode === "r" ? undefined : decoyOf(path);
      if (decoy !== undefined && !(await exists(files, decoy)))
        await files.symlink(path, decoy).catch(() => {});
      return file;
    },
    rename: async (source, target) => {
      await files.rename(source, target);
      await hide(source);
    },
    unlink: async (path) => {
      await files.unlink(path);
      await hide(path);
    },
  };
}

/** Removes the links, also those of a process that was killed: the mistake is what is seen meanwhile. */
async function removeDecoys(files: FileSystem, directory: string): Promise<void> {
  // A request that wants nothing makes no directory.
  if (!(await exists(files, directory))) return;
  for (const name of await files.readdir(directory)) {
    const decoy = filePlace(directory, name);
    const isDecoy = name.endsWith(WEIGHTS) && (await files.lstat(decoy)).kind === "link";
    if (isDecoy && basename(await files.readlink(decoy)) === name.slice(0, -WEIGHTS.length))
      await files.unlink(decoy);
  }
}
