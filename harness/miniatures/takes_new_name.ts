import { dirname } from "node:path";
import { makeDirectories } from "../disk/mod.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Keeps a renamed repository under its new name. */
export const takesNewName: Miniature = {
  name: "takes_new_name",
  lie: "Keeps a renamed repository under its new name.",
  breaks: ["HUB-RENAMED"],
  wrap: (subject) =>
    wrapSubject(subject, "takes_new_name", (host, config) => {
      const renamed = new Map<string, string>();
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const [from, to] = [url, response.headers.get("location") ?? ""].map(repositoryIn);
        if (from !== undefined && to !== undefined && from.toLowerCase() !== to.toLowerCase()) {
          renamed.set(from, to);
        }
        return response;
      };
      const manager = subject.start({ ...host, fetch }, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const result = await manager.download(request, options);
          const name = renamed.get(request.repository);
          if (name === undefined) return result;
          const directory = modelPlace(config, name);
          await makeDirectories(host.files, dirname(directory));
          await host.files.rename(result.directory, directory);
          return { ...result, directory };
        },
      });
    }),
};

function repositoryIn(url: string): string | undefined {
  return /\/api\/models\/([^/]+\/[^/]+)\/revision\//.exec(decodeURI(url))?.[1];
}
