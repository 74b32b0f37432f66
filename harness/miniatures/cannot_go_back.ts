import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Moves models one way only. */
export const cannotGoBack: Miniature = {
  name: "cannot_go_back",
  lie: "Moves models one way only.",
  breaks: ["MIGRATE-SAFE"],
  wrap: (subject) =>
    wrapSubject(subject, "cannot_go_back", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        migrate: (request, options) =>
          manager.migrate(
            request.step === "undo" ? { ...request, step: "plan" } : request,
            options,
          ),
      });
    }),
};
