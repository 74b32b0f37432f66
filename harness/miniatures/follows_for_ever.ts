import { type Miniature, wrapSubject } from "./miniature.ts";

const HOPS_MAX = 400;

/** Follows redirects within one host without counting them. */
export const followsForEver: Miniature = {
  name: "follows_for_ever",
  lie: "Follows redirects within one host without counting them.",
  breaks: ["HUB-HOPS"],
  wrap: (subject) =>
    wrapSubject(subject, "follows_for_ever", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) => {
        let at = url;
        for (let hops = 0; ; hops++) {
          const response = await host.fetch(at, request);
          const location = response.headers.get("location");
          const next = location === null ? undefined : new URL(location, at);
          const isNear = next?.origin === new URL(at).origin && response.status < 400;
          // An end after all, so that the court has one.
          if (next === undefined || !isNear || hops >= HOPS_MAX) return response;
          at = next.href;
        }
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
