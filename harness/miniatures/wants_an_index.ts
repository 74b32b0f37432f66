import { join } from "node:path";
import { exists } from "../disk/mod.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

const INDEX = "model.safetensors.index.json";

/** Calls no model loadable that has no index. */
export const wantsAnIndex: Miniature = {
  name: "wants_an_index",
  lie: "Calls no model loadable that has no index.",
  // A model that was downloaded has to load after any crash, and not every one has an index.
  breaks: ["LOAD-SOUND", "DUR-SUCCESS"],
  wrap: (subject) =>
    wrapSubject(subject, "wants_an_index", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        check: async (request, options) => {
          const report = await manager.check(request, options);
          const isThere = await exists(host.files, join(report.directory, INDEX));
          if (isThere || !report.loadable) return report;
          const detail = "The index is not there";
          const finding = { cause: "missing-shard", path: INDEX, detail, level: "error" } as const;
          return { ...report, loadable: false, findings: [...report.findings, finding] };
        },
      });
    }),
};
