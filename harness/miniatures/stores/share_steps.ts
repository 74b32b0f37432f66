import { basename, join } from "node:path";
import type { FileSystem } from "../../../spec/mod.ts";
import { exists, readBytes, readTree, type TreeEntry, writeBytes } from "../../disk/mod.ts";
import { asFailure } from "../../scenario/verdict.ts";
import { hubCachePaths } from "../../scenario_parts/hub_cache.ts";
import { modelPlace } from "../../scenario_parts/places.ts";
import type { Miniature } from "../miniature.ts";
import { unlessRefused } from "../parts/disk_steps.ts";
import { failure } from "../parts/failures.ts";
import { sharing } from "../parts/sharing_miniature.ts";

/** Miniatures that take the steps of a share in the wrong order, or write too few of them down. */
export const shareStepMiniatures: readonly Miniature[] = [
  sharing("shares_config_first", {
    mistake: "Puts the configuration of a model into the store before its weights.",
    // What lies there before the share is written down is not taken back.
    breaks: ["DL-CONFIG-LAST", "SHARE-UNDO"],
    shownBy: ["share/watched_share", "share/share_undone"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { from, into, repository, layout, step } = request;
        const to = join(modelPlace({ root: into }, repository, { layout }), "config.json");
        const own = from === undefined ? undefined : join(from, "config.json");
        const isFirst =
          step === "share" &&
          layout !== "hf-cache" &&
          own !== undefined &&
          (await unlessRefused(() => exists(files, own), false)) &&
          !(await unlessRefused(() => exists(files, to), true));
        if (!isFirst) return share(request);
        await unlessRefused(
          async () => writeBytes(files, to, await readBytes(files, own)),
          undefined,
        );
        try {
          return await share(request);
        } catch (error) {
          await unlessRefused(() => files.unlink(to), undefined);
          throw error;
        }
      },
  }),
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
  sharing("takes_back_by_name", {
    mistake:
      "Removes the ref and the links that a share has made in the hub's cache, whatever they lead to by now.",
    breaks: ["SHARE-UNDO"],
    shownBy: ["share/share_undone"],
    wrap: (share, { host: { files } }) => {
      const made = new Set<string>();
      return async (request) => {
        const { into, repository, layout, step } = request;
        const ref = join(hubCachePaths(into, repository).refs, "main");
        const isNew =
          layout === "hf-cache" && !(await unlessRefused(() => exists(files, ref), true));
        const result = await share(request);
        if (layout !== "hf-cache") return result;
        const links = result.files.map(({ path }) => join(result.to, path));
        if (step === "share")
          for (const path of [...(isNew ? [ref] : []), ...links]) made.add(path);
        if (step === "undo")
          for (const path of made) await unlessRefused(() => files.unlink(path), undefined);
        return result;
      };
    },
  }),
  sharing("takes_shared_contents_for_others", {
    mistake:
      "Takes a content of the hub's cache that is a link into the store of shared ones for something else, and refuses.",
    breaks: ["SHARE-PLAN"],
    shownBy: ["share/shared"],
    wrap:
      (share, { host: { files } }) =>
      async (request) => {
        const { into, repository, layout, step } = request;
        const { blobs } = hubCachePaths(into, repository);
        const tree = layout === "hf-cache" && step !== "undo" ? await contentsOf(files, blobs) : [];
        if (tree.some(({ kind }) => kind === "link"))
          throw failure("access-denied", "Cannot share: the store has something else there");
        return share(request);
      },
  }),
  sharing("calls_no_copy_a_damaged_one", {
    mistake: "Says of a model that is not there that its bytes are not the recorded ones.",
    breaks: ["ERROR-KIND"],
    shownBy: ["share/share_refused"],
    wrap: (share) => async (request) => {
      try {
        return await share(request);
      } catch (error) {
        if (request.step !== "share" || asFailure(error)?.code !== "not-downloaded") throw error;
        throw failure("integrity", "Cannot share: config.json is missing");
      }
    },
  }),
];

async function contentsOf(files: FileSystem, blobs: string): Promise<readonly TreeEntry[]> {
  return unlessRefused(() => readTree(files, blobs), []);
}
