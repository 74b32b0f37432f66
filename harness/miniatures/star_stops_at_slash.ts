import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Takes the star of a request's own pattern to stop at a slash. */
export const starStopsAtSlash: Miniature = {
  name: "star_stops_at_slash",
  lie: "Takes the star of a request's own pattern to stop at a slash.",
  breaks: ["LAYOUT-PATTERN"],
  wrap: (subject) =>
    wrapSubject(subject, "star_stops_at_slash", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: (request, options) =>
          manager.download(
            request.include === undefined || request.include.includes("*")
              ? request
              : { ...request, exclude: [...(request.exclude ?? []), "*/*"] },
            options,
          ),
      });
    }),
};
