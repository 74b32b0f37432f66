import { basename, dirname, join } from "node:path";
import { exists, removeTree, writeBytes } from "../disk/mod.ts";
import { sizeOnDisk } from "../scenario_parts/disk_observations.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";

/** Miniatures that remove too much or too little, or miscount it. */
export const removingMiniatures: readonly Miniature[] = [
  miniature("forgets_leftovers", {
    mistake: "Leaves something behind when it removes a model.",
    breaks: ["REMOVE-ALL"],
    wrapManager: (manager, { host }) => ({
      remove: async (request) => {
        const result = await manager.remove(request);
        const left = join(result.directory, ".cache", "left.bin");
        // Where the disk refuses the file, nothing is left behind.
        await writeBytes(host.files, left, new Uint8Array(1)).catch(() => {});
        return result;
      },
    }),
  }),
  miniature("counts_every_name", {
    mistake: "Reports the size of what it removes as freed, also when the data has other names.",
    breaks: ["REMOVE-BYTES"],
    wrapManager: (manager, { host, config }) => ({
      remove: async (request) => {
        const bytesFreed = await sizeOnDisk(host.files, modelPlace(config, request.repository));
        return { ...(await manager.remove(request)), bytesFreed };
      },
    }),
  }),
  miniature("removes_by_prefix", {
    mistake: "Removes every model whose name begins with the name of the one to remove.",
    breaks: ["REMOVE-NEIGHBOURS"],
    wrapManager: (manager, { host: { files } }) => ({
      remove: async (request) => {
        const result = await manager.remove(request);
        const [parent, name] = [dirname(result.directory), basename(result.directory)];
        if (!(await exists(files, parent))) return result;
        for (const other of await files.readdir(parent))
          if (other !== name && other.startsWith(name))
            await removeTree(files, join(parent, other));
        return result;
      },
    }),
  }),
];
