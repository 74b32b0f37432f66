import { basename, join } from "node:path";
import { exists } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Shows partial data in the model directory under the name of a weight file. */
export const partialsInModelDirectory: Miniature = {
  name: "partials_in_model_directory",
  lie: "Shows partial data in the model directory under the name of a weight file.",
  breaks: ["DL-PARTIAL-PLACE"],
  wrap: (subject) =>
    wrapSubject(subject, "partials_in_model_directory", (host, place) => {
      const { files } = host;
      // The model's directory is the one that holds the hidden directory of the partial file.
      const decoyOf = (path: string) =>
        join(path.slice(0, path.indexOf("/.cache/")), `${basename(path)}.safetensors`);
      const isPartial = (path: string) => path.endsWith(".incomplete") && path.includes("/.cache/");
      const hide = async (path: string) => {
        if (isPartial(path) && (await exists(files, decoyOf(path))))
          await files.unlink(decoyOf(path)).catch(() => {});
      };
      const lying: typeof files = {
        ...files,
        open: async (path, mode) => {
          const file = await files.open(path, mode);
          if (isPartial(path) && mode !== "r" && !(await exists(files, decoyOf(path)))) {
            await files.symlink(path, decoyOf(path)).catch(() => {});
          }
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
      return subject.start({ ...host, files: lying }, place);
    }),
};
