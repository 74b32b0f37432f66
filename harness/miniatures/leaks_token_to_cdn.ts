import { type Miniature, wrapSubject } from "./miniature.ts";

/** Sends the token to whatever host it is sent on to. */
export const leaksTokenToCdn: Miniature = {
  name: "leaks_token_to_cdn",
  lie: "Sends the token to whatever host it is sent on to.",
  breaks: ["HUB-TOKEN-HOST"],
  wrap: (subject) =>
    wrapSubject(subject, "leaks_token_to_cdn", (host, config) => {
      let authorization: string | undefined;
      const fetch: typeof host.fetch = (url, request) => {
        authorization = request.headers["authorization"] ?? authorization;
        const headers =
          authorization === undefined ? request.headers : { ...request.headers, authorization };
        return host.fetch(url, { ...request, headers });
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
