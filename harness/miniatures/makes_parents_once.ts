import { dirname, join } from "node:path";
import { exists, makeDirectories } from "../disk/mod.ts";
import { lyingHost } from "./lying_host.ts";

/** Makes the parents of a file when it asks for the file, and never again. */
export const makesParentsOnce = lyingHost(
  {
    name: "makes_parents_once",
    lie: "Makes the parents of a file when it asks for the file, and never again.",
    breaks: ["LAYOUT-PARENTS"],
  },
  (host, { config }) => {
    const made = new Set<string>();
    const { files } = host;
    return {
      fetch: async (url, request) => {
        const [, repository, path = ""] =
          /^[^/]*\/\/[^/]+\/([^/]+\/[^/]+)\/resolve\/[^/]+\/(.+\/.+)$/.exec(url) ?? [];
        if (repository !== undefined) {
          const names = decodeURIComponent(path).split("/");
          const file = join(config.root, "models", ...repository.split("/"), ...names);
          await makeDirectories(files, dirname(file)).catch(() => {});
          for (const [at] of names.slice(0, -1).entries()) {
            const parent = join(file, ...names.slice(at + 1).map(() => ".."));
            if (await exists(files, parent)) made.add(parent);
          }
        }
        return host.fetch(url, request);
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
);
