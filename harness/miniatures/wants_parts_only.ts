import { wrapSubject, type Miniature } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Takes the whole file for a failure where it had asked the hub for a part. */
export const wantsPartsOnly: Miniature = {
  name: "wants_parts_only",
  lie: "Takes the whole file for a failure where it had asked the hub for a part.",
  breaks: ["DL-RESUME-WHOLE"],
  wrap: (subject) =>
    wrapSubject(subject, "wants_parts_only", (host, config) => {
      let addresses = 0;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        // A plain server is another matter, and another requirement.
        if (addresses > 0 || request.headers["range"] === undefined) return response;
        return response.status === 200 ? { ...response, status: 400, body: null } : response;
      };
      const manager = subject.start({ ...host, fetch }, config);
      return wrappedManager(manager, {
        downloadUrl: async (request, options) => {
          addresses++;
          try {
            return await manager.downloadUrl(request, options);
          } finally {
            addresses--;
          }
        },
      });
    }),
};
