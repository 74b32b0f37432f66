import type { DownloadRequest, FileSystem } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { markedPaths } from "./marked_paths.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Returns what is left of a model when the hub is away. */
export const returnsHalfModels: Miniature = {
  name: "returns_half_models",
  lie: "Returns what is left of a model when the hub is away.",
  breaks: ["OFF-INCOMPLETE"],
  wrap: (subject) =>
    wrapSubject(subject, "returns_half_models", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const directory = modelPlace(config, request.repository);
          const lost = await lostFiles(host.files, directory, request);
          try {
            return await manager.download(request, options);
          } catch (error) {
            if (lost === 0 || asFailure(error) === undefined) throw error;
            return { directory, commit: "", files: [], bytesFetched: 0, offline: true };
          }
        },
      });
    }),
};

async function lostFiles(
  files: FileSystem,
  directory: string,
  request: Pick<DownloadRequest, "repository">,
): Promise<number> {
  let lost = 0;
  for (const path of await markedPaths(files, directory, request)) {
    if (!(await exists(files, filePlace(directory, path)))) lost++;
  }
  return lost;
}
