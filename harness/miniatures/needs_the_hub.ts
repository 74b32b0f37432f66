import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Fails when the hub is away, though the model is complete. */
export const needsTheHub: Miniature = {
  name: "needs_the_hub",
  lie: "Fails when the hub is away, though the model is complete.",
  breaks: ["OFF-COMPLETE"],
  wrap: (subject) =>
    wrapSubject(subject, "needs_the_hub", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const result = await manager.download(request, options);
          if (!result.offline) return result;
          throw Object.assign(new Error("Cannot ask the hub"), { code: "network" });
        },
      });
    }),
};
