import { type Miniature, wrapSubject } from "./miniature.ts";

/** Asks again where it was told that it may not. */
export const retriesGated: Miniature = {
  name: "retries_gated",
  lie: "Asks again where it was told that it may not.",
  breaks: ["DL-NO-RETRY"],
  wrap: (subject) =>
    wrapSubject(subject, "retries_gated", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const isFinal =
          [401, 403, 404].includes(response.status) &&
          response.headers.get("x-error-code") !== null;
        return isFinal ? host.fetch(url, request) : response;
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
