import { basename, join } from "node:path";
import { exists, readText } from "../../disk/mod.ts";
import { asFailure } from "../../scenario/verdict.ts";
import { modelPlace } from "../../scenario_parts/places.ts";
import { type Miniature, miniature } from "../miniature.ts";
import { unlessRefused, writeDurably } from "../parts/disk_steps.ts";
import { emptyResult, failure, onFailure } from "../parts/failures.ts";
import { sharing } from "../parts/sharing_miniature.ts";

/** Miniatures that are right once, or in one place, and not at another time or one level above. */
export const otherTimeMiniatures: readonly Miniature[] = [
  sharing("keeps_one_journal", {
    mistake: "Writes down the last share of a model alone, whichever store it was with.",
    breaks: ["SHARE-UNDO"],
    shownBy: ["share/share_undone"],
    wrap: (share) => {
      const last = new Map<string, string>();
      return async (request) => {
        const { repository, into, layout, step } = request;
        const key = `${repository} ${layout} ${basename(into)}`;
        const known = last.get(key);
        if (step === "undo" && known !== undefined && known !== into)
          throw failure("not-downloaded", `Cannot undo a share with "${into}": none is recorded`);
        const result = await share(request);
        if (step === "share") last.set(key, into);
        return result;
      };
    },
  }),
  miniature("writes_down_where_it_was", {
    mistake: "Writes down a migration with the whole path of the place that it empties.",
    breaks: ["LAYOUT-RELATIVE"],
    shownBy: ["layout/moved_root"],
    wrapManager: (manager, { host: { files }, config: { root } }) => ({
      migrate: async (request, options) => {
        const result = await manager.migrate(request, options);
        const name = `${request.repository.replace("/", "--")}.json`;
        const path = join(root, ".mlx-layout/migrations", name);
        const text = request.step === "move" ? await readText(files, path) : undefined;
        if (text === undefined) return result;
        const journal = { ...(JSON.parse(text) as object), from: result.from };
        await unlessRefused(() => writeDurably(files, path, JSON.stringify(journal)), undefined);
        return result;
      },
    }),
  }),
  miniature("believes_the_names_of_contents", {
    mistake: "Mends a content of the hub's cache by looking at its name and its size.",
    breaks: ["DOCTOR-MEND"],
    shownBy: ["places/diagnosed"],
    wrapManager: (manager) => ({
      mend: async (step, options) => {
        const quick = { ...step };
        const isInCache = step.operation === "download" && step.layout === "hf-cache";
        if (isInCache) Reflect.deleteProperty(quick, "verify");
        await manager.mend?.(quick, options);
      },
    }),
  }),
  miniature("compares_names_of_files", {
    mistake:
      "Asks of the names of files whether the volume distinguishes them, not of directories.",
    breaks: ["LAYOUT-CASE-TWINS"],
    shownBy: ["layout/case_twins"],
    wrapManager: (manager, { host, config }) => ({
      download: onFailure(manager, async (error, request) => {
        const { code, file = "" } = asFailure(error) ?? {};
        const directory = modelPlace(config, request.repository);
        const isThere = await exists(host.files, directory);
        if (isThere || code !== "case-conflict" || file.endsWith(".json")) throw error;
        return emptyResult(directory);
      }),
    }),
  }),
];
