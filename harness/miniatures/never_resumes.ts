import { type Miniature, wrapSubject } from "./miniature.ts";

/** Throws away what it had kept, and begins anew. */
export const neverResumes: Miniature = {
  name: "never_resumes",
  lie: "Throws away what it had kept, and begins anew.",
  breaks: ["DL-RESUME", "DL-RESUME-ONCE", "DL-CANCEL-RESUME"],
  wrap: (subject) =>
    wrapSubject(subject, "never_resumes", (host, config) => {
      const { files } = host;
      const open: typeof files.open = async (path, mode) => {
        const file = await files.open(path, mode);
        // Whoever goes on with a file must open it for changes: there is no other way to append.
        if (mode === "r+") await file.truncate(0);
        return file;
      };
      return subject.start({ ...host, files: { ...files, open } }, config);
    }),
};
