import { dirname, join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";
import { wrapSubject, type Miniature } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Removes the marker when everything else of a model is gone. */
export const markerLastOut: Miniature = {
  name: "marker_last_out",
  lie: "Removes the marker when everything else of a model is gone.",
  // In between the marker names files that are not there any more.
  breaks: ["MARK-FIRST-OUT", "MARK-TRUE"],
  wrap: (subject) =>
    wrapSubject(subject, "marker_last_out", (host, config) => {
      const { files } = host;
      const waiting = new Set<string>();
      let removals = 0;
      const unlink: typeof files.unlink = async (path) => {
        if (removals > 0 && path.endsWith(MARKER_NAME)) waiting.add(path);
        else await files.unlink(path);
      };
      const rmdir: typeof files.rmdir = async (path) => {
        const marker = join(path, MARKER_NAME);
        if (waiting.delete(marker)) await files.unlink(marker);
        await files.rmdir(path);
      };
      const manager = subject.start({ ...host, files: { ...files, unlink, rmdir } }, config);
      return wrappedManager(manager, {
        remove: async (request) => {
          removals++;
          try {
            return await manager.remove(request);
          } finally {
            removals--;
            for (const path of waiting) {
              if (await exists(files, path)) await files.unlink(path);
              // What the marker alone had kept from being empty goes with it.
              for (let at = dirname(path); at !== config.root; at = dirname(at))
                await files.rmdir(at).catch(() => {});
            }
            waiting.clear();
          }
        },
      });
    }),
};
