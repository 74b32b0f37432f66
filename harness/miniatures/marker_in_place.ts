import { dirname } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { exists, readBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Writes the marker at its own place, and syncs it there. */
export const markerInPlace: Miniature = {
  name: "marker_in_place",
  lie: "Writes the marker at its own place, and syncs it there.",
  breaks: ["DUR-OLD-OR-NEW"],
  wrap: (subject) =>
    wrapSubject(subject, "marker_in_place", (host, config) => {
      const { files } = host;
      const rename = async (source: string, target: string) => {
        if (!target.endsWith(`/${MARKER_NAME}`)) return files.rename(source, target);
        const bytes = await readBytes(files, source);
        await files.unlink(source);
        const file = await files.open(target, (await exists(files, target)) ? "r+" : "wx");
        try {
          await file.truncate(bytes.length);
          await file.write(bytes, 0);
          await file.sync();
        } finally {
          await file.close();
        }
        return files.syncDirectory(dirname(target));
      };
      return subject.start({ ...host, files: { ...files, rename } }, config);
    }),
};
