import { type Miniature, wrapSubject } from "./miniature.ts";

const HOME = "https://huggingface.co";

/** Asks huggingface.co about a model first, whatever hub was named. */
export const ignoresEndpoint: Miniature = {
  name: "ignores_endpoint",
  lie: "Asks huggingface.co about a model first, whatever hub was named.",
  breaks: ["HUB-ENV-ENDPOINT"],
  wrap: (subject) =>
    wrapSubject(subject, "ignores_endpoint", (host, config) => {
      const fetch: typeof host.fetch = async (url, request) => {
        const { origin, pathname } = new URL(url);
        if (pathname.startsWith("/api/models/") && origin !== HOME) {
          const { signal } = request;
          const question = { method: "GET", headers: {}, ...(signal && { signal }) } as const;
          await host.fetch(HOME + pathname, question).catch(() => {});
        }
        return host.fetch(url, request);
      };
      return subject.start({ ...host, fetch }, config);
    }),
};
