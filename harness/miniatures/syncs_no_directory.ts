import { deafFiles } from "./deaf_files.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Syncs files and no directory. */
export const syncsNoDirectory: Miniature = {
  name: "syncs_no_directory",
  lie: "Syncs files and no directory.",
  // Without the order of the entries an update can also leave an old `config.json` beside new weights.
  breaks: ["DUR-SUCCESS", "DUR-STATES", "DUR-CORE"],
  wrap: (subject) =>
    wrapSubject(subject, "syncs_no_directory", (host, config) => {
      const files = deafFiles(host.files, { directory: () => true });
      return subject.start({ ...host, files }, config);
    }),
};
