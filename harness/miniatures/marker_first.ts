import { join } from "node:path";
import { MARKER_NAME, type Progress } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";
import { writeDurably } from "./write_durably.ts";

/** Puts a marker down before the files of a fresh model are there. */
export const markerFirst: Miniature = {
  name: "marker_first",
  lie: "Puts a marker down before the files of a fresh model are there.",
  breaks: ["MARK-LAST"],
  wrap: (subject) =>
    wrapSubject(subject, "marker_first", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const directory = join(config.root, "models", ...request.repository.split("/"));
          let isPending = request.layout !== "lmstudio" && !(await exists(host.files, directory));
          const onProgress = (progress: Progress) => {
            options?.onProgress?.(progress);
            if (!isPending) return;
            isPending = false;
            void writeDurably(
              host.files,
              join(directory, MARKER_NAME),
              new TextEncoder().encode("{}"),
            ).catch(() => {});
          };
          return manager.download(request, { ...options, onProgress });
        },
      });
    }),
};
