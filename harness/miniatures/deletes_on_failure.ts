import { MARKER_NAME } from "../../spec/mod.ts";
import { removeTree } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { markedPaths } from "./marked_paths.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Clears the place of a complete model when its update fails. */
export const deletesOnFailure: Miniature = {
  name: "deletes_on_failure",
  lie: "Clears the place of a complete model when its update fails.",
  breaks: ["OFF-KEEPS"],
  wrap: (subject) =>
    wrapSubject(subject, "deletes_on_failure", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const directory = modelPlace(config, request.repository);
          const paths = await markedPaths(host.files, directory, request);
          try {
            return await manager.download(request, options);
          } catch (error) {
            // The marker goes first, so that no other promise is broken by the way.
            for (const path of paths.length === 0 ? [] : [MARKER_NAME, ...paths]) {
              // Where the disk refuses, it has to be honest.
              await removeTree(host.files, filePlace(directory, path)).catch(() => {});
            }
            throw error;
          }
        },
      });
    }),
};
