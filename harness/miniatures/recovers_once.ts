import { dirname, join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { exists, readText, writeBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Gives up on a model whose recovery was cut off itself. */
export const recoversOnce: Miniature = {
  name: "recovers_once",
  lie: "Gives up on a model whose recovery was cut off itself.",
  breaks: ["DUR-RECOVERY"],
  wrap: (subject) =>
    wrapSubject(subject, "recovers_once", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        download: async (request, options) => {
          if ((await manager.status(request)).state === "complete")
            return manager.download(request, options);
          const journal = join(config.root, `.recovery-${request.repository.replace("/", "-")}`);
          const found = await readText(host.files, journal);
          if (found === "2") {
            throw Object.assign(new Error(`Cannot go on: remove "${journal}" by hand`), {
              code: "internal",
            });
          }
          await note(host.files, journal, found === undefined ? "1" : "2");
          try {
            return await manager.download(request, options);
          } finally {
            await host.files.unlink(journal).catch(() => {});
          }
        },
      });
    }),
};

/** Counts in a file how often a download was begun and not ended. */
async function note(files: FileSystem, path: string, text: string): Promise<void> {
  if (!(await exists(files, dirname(path)))) return;
  await writeBytes(files, path, new TextEncoder().encode(text));
}
