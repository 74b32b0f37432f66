import { type Miniature, wrapSubject } from "./miniature.ts";

/** Follows the redirects 302 and 307 and takes the others for errors. */
export const knowsTwoRedirects: Miniature = {
  name: "knows_two_redirects",
  lie: "Follows the redirects 302 and 307 and takes the others for errors.",
  breaks: ["HUB-REDIRECT"],
  wrap: (subject) =>
    wrapSubject(subject, "knows_two_redirects", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        return [301, 303, 308].includes(response.status) ? { ...response, status: 400 } : response;
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
