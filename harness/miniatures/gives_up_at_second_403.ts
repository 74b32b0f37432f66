import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Has a file resolved again once; the second address that has expired is the end. */
export const givesUpAtSecond403: Miniature = {
  name: "gives_up_at_second_403",
  lie: "Has a file resolved again once; the second address that has expired is the end.",
  breaks: ["DL-CDN-EXPIRED"],
  wrap: (subject) =>
    wrapSubject(subject, "gives_up_at_second_403", (host, config) => {
      let refused = 0;
      let downloads = 0;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const isHub = url.startsWith(config.env["HF_ENDPOINT"] ?? url);
        // A plain server's 403 is its answer, and no address of it has expired.
        if (downloads > 0 && !isHub && response.status === 403) refused++;
        return refused > 1 ? { ...response, status: 400, body: null } : response;
      };
      const manager = subject.start({ ...host, fetch }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          downloads++;
          refused = 0;
          try {
            return await manager.download(request, options);
          } finally {
            downloads--;
            refused = 0;
          }
        },
      });
    }),
};
