import { dirname } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { deafFiles } from "./deaf_files.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Reports success before the directory that holds the marker is synced. */
export const markerNotKept: Miniature = {
  name: "marker_not_kept",
  lie: "Reports success before the directory that holds the marker is synced.",
  breaks: ["DUR-SUCCESS", "DUR-CORE"],
  wrap: (subject) =>
    wrapSubject(subject, "marker_not_kept", (host, config) => {
      const marked = new Set<string>();
      const deaf = deafFiles(host.files, { directory: (path) => marked.has(path) });
      const rename = async (source: string, target: string) => {
        await deaf.rename(source, target);
        if (target.endsWith(`/${MARKER_NAME}`)) marked.add(dirname(target));
      };
      return subject.start({ ...host, files: { ...deaf, rename } }, config);
    }),
};
