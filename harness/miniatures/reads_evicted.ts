import { join } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { readBytes } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Reads a file whose data was evicted to the cloud. */
export const readsEvicted: Miniature = {
  name: "reads_evicted",
  lie: "Reads a file whose data was evicted to the cloud.",
  breaks: ["LOAD-EVICTED"],
  wrap: (subject) =>
    wrapSubject(subject, "reads_evicted", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        check: async (request, options) => {
          const directory = await manager.locate(request);
          if (directory !== undefined) await readEvicted(host.files, directory);
          return manager.check(request, options);
        },
      });
    }),
};

async function readEvicted(files: FileSystem, directory: string): Promise<void> {
  for (const name of await files.readdir(directory)) {
    const place = join(directory, name);
    const { kind, sizeBytes, allocatedBytes } = await files.lstat(place);
    if (kind === "file" && sizeBytes > 0 && allocatedBytes === 0) await readBytes(files, place);
  }
}
