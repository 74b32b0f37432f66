import { basename, join, relative, sep } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Shows partial data in the model directory under the name of a weight file. */
export const partialsInModelDirectory: Miniature = {
  name: "partials_in_model_directory",
  lie: "Shows partial data in the model directory under the name of a weight file.",
  // What was taken away again comes back with a crash, and spoils the model that was promised.
  breaks: ["DL-PARTIAL-PLACE", "DUR-SUCCESS"],
  wrap: (subject) =>
    wrapSubject(subject, "partials_in_model_directory", (host, config) => {
      const { files } = host;
      const decoyOf = (path: string) => {
        const [models, org, name, hidden] = relative(config.root, path).split(sep);
        // Whatever is written in a hidden directory of the model is on its way to somewhere else.
        if (models !== "models" || org === undefined || name === undefined) return undefined;
        if (hidden?.startsWith(".") !== true || hidden === basename(path)) return undefined;
        return join(config.root, models, org, name, `${basename(path)}.safetensors`);
      };
      const hide = async (path: string) => {
        const decoy = decoyOf(path);
        if (decoy !== undefined && (await exists(files, decoy)))
          await files.unlink(decoy).catch(() => {});
      };
      const lying: typeof files = {
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
      const manager = subject.start({ ...host, files: lying }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const result = await manager.download(request, options);
          await removeDecoys(files, result.directory);
          return result;
        },
      });
    }),
};

/** The lie is about what is seen meanwhile: nothing of it is left over, not even of a process that was killed. */
async function removeDecoys(files: FileSystem, directory: string): Promise<void> {
  // A request that wants nothing makes no directory.
  if (!(await exists(files, directory))) return;
  for (const name of await files.readdir(directory)) {
    const decoy = join(directory, name);
    const isDecoy = name.endsWith(".safetensors") && (await files.lstat(decoy)).kind === "link";
    if (isDecoy && basename(await files.readlink(decoy)) === name.slice(0, -".safetensors".length))
      await files.unlink(decoy);
  }
}
