import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Starts the runner while the model is still checked, to save time. */
export const startsBeforeChecking: Miniature = {
  name: "starts_before_checking",
  lie: "Starts the runner while the model is still checked, to save time.",
  breaks: ["LOAD-CHECKED"],
  wrap: (subject) =>
    wrapSubject(subject, "starts_before_checking", (host, config) => {
      const manager = subject.start(host, config);
      const { generate } = manager;
      return wrappedManager(manager, {
        ...(generate && {
          generate: async (request, options) => {
            const isSound = await manager.check(request).then(({ loadable }) => loadable);
            const { runner } = request;
            if (!isSound && Array.isArray(runner)) {
              const early = await host.programs?.spawn(runner, { env: config.env });
              early?.kill();
            }
            return generate.call(manager, request, options);
          },
        }),
      });
    }),
};
