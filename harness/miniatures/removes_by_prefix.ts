import { basename, dirname, join } from "node:path";
import { exists, removeTree } from "../disk/mod.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Removes every model whose name begins like the one that was named. */
export const removesByPrefix = lyingAnswers(
  {
    name: "removes_by_prefix",
    lie: "Removes every model whose name begins like the one that was named.",
    breaks: ["REMOVE-NEIGHBOURS"],
  },
  (manager, { host }) => ({
    remove: async (request) => {
      const result = await manager.remove(request);
      const [parent, name] = [dirname(result.directory), basename(result.directory)];
      if (!(await exists(host.files, parent))) return result;
      for (const other of await host.files.readdir(parent))
        if (other !== name && other.startsWith(name))
          await removeTree(host.files, join(parent, other));
      return result;
    },
  }),
);
