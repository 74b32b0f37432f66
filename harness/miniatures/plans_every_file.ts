import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Plans that every runtime opens every weight file, as only the oldest one does. */
export const plansEveryFile: Miniature = {
  name: "plans_every_file",
  lie: "Plans that every runtime opens every weight file.",
  breaks: ["LOAD-PLAN"],
  wrap: (subject) =>
    wrapSubject(subject, "plans_every_file", (host, config) => {
      const manager = subject.start(host, config);
      const { plan } = manager;
      return wrappedManager(manager, {
        ...(plan && {
          plan: async (request) => ({
            ...(await plan.call(manager, { ...request, runtime: "mlx-swift-lm-3.31.4" })),
            runtime: request.runtime,
          }),
        }),
      });
    }),
};
