import { join } from "node:path";
import { writeBytes } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Writes a listed file where its name leads, out of the root too. */
export const acceptsDotDot: Miniature = {
  name: "accepts_dot_dot",
  lie: "Writes a listed file where its name leads, out of the root too.",
  breaks: ["LAYOUT-UNSAFE"],
  wrap: (subject) =>
    wrapSubject(subject, "accepts_dot_dot", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          try {
            return await manager.download(request, options);
          } catch (error) {
            const file = asFailure(error)?.file;
            if (file === undefined || !file.split("/").includes("..")) throw error;
            const directory = join(config.root, "models", ...request.repository.split("/"));
            await writeBytes(host.files, join(directory, file), new Uint8Array([1]));
            return { directory, commit: "", files: [], bytesFetched: 1, offline: false };
          }
        },
      });
    }),
};
