import { diskError } from "../disk/mod.ts";
import { wrapSubject, type Miniature } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Takes links for what they lead to while it downloads, and writes through them. */
export const writesThroughLinks: Miniature = {
  name: "writes_through_links",
  lie: "Takes links for what they lead to while it downloads, and writes through them.",
  breaks: ["LAYOUT-ROOT-ONLY"],
  wrap: (subject) =>
    wrapSubject(subject, "writes_through_links", (host, config) => {
      const { files } = host;
      let downloads = 0;
      const blind: typeof files = {
        ...files,
        lstat: (path) => (downloads > 0 ? files.stat(path) : files.lstat(path)),
        realpath: async (path) => {
          if (downloads === 0) return files.realpath(path);
          await files.stat(path);
          return path;
        },
        readlink: async (path) => {
          if (downloads === 0) return files.readlink(path);
          throw diskError("EINVAL", "readlink", path);
        },
      };
      const manager = subject.start({ ...host, files: blind }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          downloads++;
          try {
            return await manager.download(request, options);
          } finally {
            downloads--;
          }
        },
      });
    }),
};
