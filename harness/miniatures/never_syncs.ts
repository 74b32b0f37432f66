import { deafFiles } from "./deaf_files.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Syncs nothing, as the hub's clients do. */
export const neverSyncs: Miniature = {
  name: "never_syncs",
  lie: "Syncs nothing, as the hub's clients do.",
  breaks: ["DUR-SUCCESS", "DUR-STATES", "DUR-OLD-OR-NEW", "DUR-CORE"],
  wrap: (subject) =>
    wrapSubject(subject, "never_syncs", (host, config) => {
      const files = deafFiles(host.files, { file: () => true, directory: () => true });
      return subject.start({ ...host, files }, config);
    }),
};
