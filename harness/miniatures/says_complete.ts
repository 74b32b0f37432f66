import { join } from "node:path";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Answers complete, whatever is there. */
export const saysComplete: Miniature = {
  name: "says_complete",
  lie: "Answers complete, whatever is there.",
  // One answer for everything is none of three, and asks no marker; after a crash it is as false as before.
  breaks: ["STATUS-HONEST", "STATUS-ANSWERS", "MARK-FOREIGN", "DUR-STATES"],
  wrap: (subject) =>
    wrapSubject(subject, "says_complete", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        status: async ({ repository }) => ({
          state: "complete",
          directory: join(config.root, "models", ...repository.split("/")),
          commit: "",
        }),
      });
    }),
};
