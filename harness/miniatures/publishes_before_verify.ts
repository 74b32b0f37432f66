import { exists } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";

/** Makes a file at its place before its content is moved there. */
export const publishesBeforeVerify: Miniature = {
  name: "publishes_before_verify",
  lie: "Makes a file at its place before its content is moved there.",
  // A crash in between leaves the empty file, as a reader in between sees it.
  breaks: ["DL-ATOMIC", "DUR-STATES"],
  wrap: (subject) =>
    wrapSubject(subject, "publishes_before_verify", (host, config) => {
      const { files } = host;
      const rename = async (source: string, target: string) => {
        const isAhead = target.endsWith(".safetensors") && !(await exists(files, target));
        if (isAhead)
          await files.open(target, "wx").then(
            (file) => file.close(),
            () => {},
          );
        try {
          await files.rename(source, target);
        } catch (error) {
          if (isAhead) await files.unlink(target).catch(() => {});
          throw error;
        }
      };
      return subject.start({ ...host, files: { ...files, rename } }, config);
    }),
};
