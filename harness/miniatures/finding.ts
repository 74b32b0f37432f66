import { join } from "node:path";
import { exists, writeBytes } from "../disk/mod.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { unlessRefused } from "./parts/disk_steps.ts";

/** Miniatures that look for models in the stores of other tools wrongly. */
export const findingMiniatures: readonly Miniature[] = [
  miniature("sees_only_its_own", {
    mistake: "Lists no model of another tool's store.",
    breaks: ["PLACE-FOUND"],
    wrapManager: (manager) => ({
      list: async () => (await manager.list()).filter(({ store }) => store === undefined),
    }),
  }),
  miniature("takes_every_store_for_its_own", {
    mistake: "Lists models of other tools' stores without saying whose they are.",
    breaks: ["PLACE-FOUND"],
    wrapManager: (manager) => ({
      list: async () => (await manager.list()).map(({ store: _, ...rest }) => rest),
    }),
  }),
  miniature("notes_what_it_found", {
    mistake: "Keeps a note of each listing in the user's home.",
    breaks: ["PLACE-NO-WRITE"],
    wrapManager: (manager, { host, config }) => ({
      list: async () => {
        const home = config.env["HOME"];
        const listed = await manager.list();
        if (home === undefined || !(await exists(host.files, home))) return listed;
        const note = join(home, `listed-${Math.floor(host.random() * 1e9)}.json`);
        await unlessRefused(() => writeBytes(host.files, note, new Uint8Array(2)), undefined);
        return listed;
      },
    }),
  }),
];
