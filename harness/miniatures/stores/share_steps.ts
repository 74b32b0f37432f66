import { basename, join } from "node:path";
import { exists, readBytes, writeBytes } from "../../disk/mod.ts";
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
];
