import { asFailure } from "../scenario/verdict.ts";
import { wrapSubject, type Miniature } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Takes a listing without end for a model without files. */
export const settlesForNoListing: Miniature = {
  name: "settles_for_no_listing",
  lie: "Takes a listing without end for a model without files.",
  breaks: ["HUB-LIMIT-LISTING"],
  wrap: (subject) =>
    wrapSubject(subject, "settles_for_no_listing", (host, config) => {
      let isListing = false;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        isListing = response.status === 200 && url.includes("/tree/");
        return response;
      };
      const manager = subject.start({ ...host, fetch }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          try {
            return await manager.download(request, options);
          } catch (error) {
            if (!isListing || asFailure(error)?.code !== "limit-exceeded") throw error;
            const { root } = config;
            return { directory: root, commit: "", files: [], bytesFetched: 0, offline: false };
          }
        },
      });
    }),
};
