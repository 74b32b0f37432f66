import { basename, join } from "node:path";
import { exists, removeTree } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

const KNOWN = new Set(["blobs", "refs", "snapshots"]);

/** Clears away what it does not know in a repository of the cache. */
export const tidiesUnknown: Miniature = {
  name: "tidies_unknown",
  lie: "Clears away what it does not know in a repository of the cache.",
  breaks: ["MANAGE-HFCACHE"],
  wrap: (subject) =>
    wrapSubject(subject, "tidies_unknown", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          const result = await manager.download(request, options);
          const repository = join(result.directory, "..", "..");
          if (basename(repository).startsWith("models--") && (await exists(host.files, repository)))
            for (const name of await host.files.readdir(repository))
              if (!KNOWN.has(name)) await removeTree(host.files, join(repository, name));
          return result;
        },
      });
    }),
};
