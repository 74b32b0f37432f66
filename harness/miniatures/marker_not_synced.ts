import { MARKER_NAME } from "../../spec/mod.ts";
import { readBytes, writeBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Gives the marker its name before its bytes are on the disk. */
export const markerNotSynced: Miniature = {
  name: "marker_not_synced",
  lie: "Gives the marker its name before its bytes are on the disk.",
  breaks: ["DUR-SUCCESS", "DUR-OLD-OR-NEW", "DUR-CORE"],
  wrap: (subject) =>
    wrapSubject(subject, "marker_not_synced", (host, config) => {
      const { files } = host;
      // Which small file is a marker only its rename tells: a copy that is not synced takes its place there.
      const rename = async (source: string, target: string) => {
        if (!target.endsWith(`/${MARKER_NAME}`)) return files.rename(source, target);
        const bytes = await readBytes(files, source);
        await files.unlink(source);
        await writeBytes(files, source, bytes);
        return files.rename(source, target);
      };
      return subject.start({ ...host, files: { ...files, rename } }, config);
    }),
};
