import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { readBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Opens the code that comes with a model. */
export const opensCode: Miniature = {
  name: "opens_code",
  lie: "Opens the code that comes with a model.",
  breaks: ["LOAD-INERT"],
  wrap: (subject) =>
    wrapSubject(subject, "opens_code", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        check: async (request, options) => {
          const directory = await manager.locate(request);
          if (directory !== undefined) await openCode(host.files, directory);
          return manager.check(request, options);
        },
      });
    }),
};

async function openCode(files: FileSystem, directory: string): Promise<void> {
  for (const name of await files.readdir(directory)) {
    if (name.endsWith(".py")) await readBytes(files, join(directory, name));
  }
}
