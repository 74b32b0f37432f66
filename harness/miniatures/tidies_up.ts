import { join } from "node:path";
import { exists } from "../disk/mod.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { unlessRefused } from "./unless_refused.ts";

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
      const names = await unlessRefused(() => host.files.readdir(result.directory), []);
      for (const name of names)
        if (name === ".DS_Store" || name.startsWith("._"))
          await unlessRefused(() => host.files.unlink(join(result.directory, name)), undefined);
      return result;
    },
  }),
);
