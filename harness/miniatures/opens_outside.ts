import { join, resolve } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { exists, readBytes, readText } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Opens whatever the index of a model names, wherever it is. */
export const opensOutside: Miniature = {
  name: "opens_outside",
  lie: "Opens whatever the index of a model names, wherever it is.",
  breaks: ["LOAD-CONFINED"],
  wrap: (subject) =>
    wrapSubject(subject, "opens_outside", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        check: async (request, options) => {
          const directory = await manager.locate(request);
          if (directory !== undefined) await openNamed(host.files, directory);
          return manager.check(request, options);
        },
      });
    }),
};

async function openNamed(files: FileSystem, directory: string): Promise<void> {
  const text = await readText(files, join(directory, "model.safetensors.index.json"));
  if (text === undefined || !text.startsWith("{")) return;
  const { weight_map = {} } = JSON.parse(text) as { weight_map?: Record<string, string> };
  for (const path of Object.values(weight_map)) {
    const place = resolve(directory, path);
    const isOutside = !place.startsWith(directory);
    if (isOutside && (await exists(files, place))) await readBytes(files, place);
  }
}
