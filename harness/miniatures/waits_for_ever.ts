import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** A thousand times more than any limit that a scenario sets, and less than a clock may run. */
const LONG_MS = 10_000_000;

/** Waits for a runner as if nobody had set a limit. */
export const waitsForEver: Miniature = {
  name: "waits_for_ever",
  lie: "Waits for a runner as if nobody had set a limit.",
  breaks: ["LOAD-RUNNER"],
  wrap: (subject) =>
    wrapSubject(subject, "waits_for_ever", (host, config) => {
      const manager = subject.start(host, config);
      const { generate } = manager;
      const endless = { startMs: LONG_MS, loadMs: LONG_MS, tokenMs: LONG_MS };
      return wrappedManager(manager, {
        ...(generate && {
          generate: (request, options) =>
            generate.call(
              manager,
              { ...request, limits: { ...request.limits, ...endless } },
              options,
            ),
        }),
      });
    }),
};
