import { join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { readText } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";
import { writeDurably } from "./write_durably.ts";

/** Writes down where the root is. */
export const absoluteState: Miniature = {
  name: "absolute_state",
  lie: "Writes down where the root is.",
  breaks: ["LAYOUT-RELATIVE"],
  wrap: (subject) =>
    wrapSubject(subject, "absolute_state", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const result = await manager.download(request, options);
          const marker = join(result.directory, MARKER_NAME);
          const text = await readText(host.files, marker);
          // Only once, so that a second download still changes nothing.
          if (text?.startsWith("{") && !text.includes("placeOfRoot")) {
            const told = text.replace("{", `{"placeOfRoot":${JSON.stringify(config.root)},`);
            await writeDurably(host.files, marker, new TextEncoder().encode(told));
          }
          return result;
        },
      });
    }),
};
