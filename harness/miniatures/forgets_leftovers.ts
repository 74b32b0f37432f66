import { join } from "node:path";
import { writeBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Leaves something behind when it removes a model. */
export const forgetsLeftovers: Miniature = {
  name: "forgets_leftovers",
  lie: "Leaves something behind when it removes a model.",
  breaks: ["REMOVE-ALL"],
  wrap: (subject) =>
    wrapSubject(subject, "forgets_leftovers", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        remove: async (request) => {
          const result = await manager.remove(request);
          const left = join(result.directory, ".cache", "left.bin");
          // Where the disk refuses, it has to be honest.
          await writeBytes(host.files, left, new Uint8Array(1)).catch(() => {});
          return result;
        },
      });
    }),
};
