import { dirname, resolve } from "node:path";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Links the entries of a snapshot by absolute paths, which hold only as long as the cache stays where it is. */
export const linksAbsolutely: Miniature = {
  name: "links_absolutely",
  lie: "Links the entries of a snapshot by absolute paths, which hold only as long as the cache stays where it is.",
  breaks: ["LAYOUT-HFCACHE"],
  wrap: (subject) =>
    wrapSubject(subject, "links_absolutely", (host, config) => {
      const { files } = host;
      const lying: typeof files = {
        ...files,
        rename: async (source, target) => {
          await files.rename(source, target);
          if ((await files.lstat(target)).kind !== "link") return;
          const text = await files.readlink(target);
          await files.unlink(target);
          await files.symlink(resolve(dirname(target), text), target);
        },
      };
      return subject.start({ ...host, files: lying }, config);
    }),
};
