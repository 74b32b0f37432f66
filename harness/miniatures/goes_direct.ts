import { type Miniature, wrapSubject } from "./miniature.ts";

/** Takes no proxy, whatever the environment says. */
export const goesDirect: Miniature = {
  name: "goes_direct",
  lie: "Takes no proxy, whatever the environment says.",
  breaks: ["HUB-ENV-PROXY"],
  wrap: (subject) =>
    wrapSubject(subject, "goes_direct", (host, config) => {
      const fetch: typeof host.fetch = (url, { method, headers, signal }) =>
        host.fetch(url, { method, headers, ...(signal && { signal }) });
      return subject.start({ ...host, fetch }, config);
    }),
};
