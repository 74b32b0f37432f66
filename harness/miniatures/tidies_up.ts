import { join } from "node:path";
import { exists } from "../disk/mod.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Clears away what the system left beside the files that it downloads. */
export const tidiesUp = lyingAnswers(
  {
    name: "tidies_up",
    lie: "Clears away what the system left beside the files that it downloads.",
    breaks: ["LAYOUT-FOREIGN"],
  },
  (manager, { host }) => ({
    download: async (request, options) => {
      const result = await manager.download(request, options);
      if (!(await exists(host.files, result.directory))) return result;
      for (const name of await host.files.readdir(result.directory))
        if (name === ".DS_Store" || name.startsWith("._"))
          await host.files.unlink(join(result.directory, name));
      return result;
    },
  }),
);
