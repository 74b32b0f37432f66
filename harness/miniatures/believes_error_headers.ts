import { wrapSubject, type Miniature } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Takes the commit that an error names for the commit of the model. */
export const believesErrorHeaders: Miniature = {
  name: "believes_error_headers",
  lie: "Takes the commit that an error names for the commit of the model.",
  breaks: ["DL-ERROR-HEADERS"],
  wrap: (subject) =>
    wrapSubject(subject, "believes_error_headers", (host, config) => {
      let told: string | undefined;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        if (response.status >= 400) told = response.headers.get("x-repo-commit") ?? told;
        return response;
      };
      const manager = subject.start({ ...host, fetch }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          told = undefined;
          const result = await manager.download(request, options);
          return { ...result, commit: told ?? result.commit };
        },
      });
    }),
};
