import { removeTree } from "../disk/mod.ts";
import { filePlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** What only some models have, and a runtime asks for late. */
const LATE = ["chat_template.jinja", "special_tokens_map.json", "generation_config.json"];

/** Reports success and deletes a file that it has just put in its place. */
export const succeedsAndDeletes = lyingAnswers(
  {
    name: "succeeds_and_deletes",
    lie: "Reports success and deletes a file that it has just put in its place.",
    breaks: ["LAYOUT-SET"],
  },
  (manager, { host }) => ({
    download: async (request, options) => {
      const result = await manager.download(request, options);
      // In one layout only: where the model is looked at again, more than this promise would be broken.
      const victim = result.files.find(({ path }) => LATE.includes(path));
      if (request.layout !== "lmstudio" || victim === undefined) return result;
      await removeTree(host.files, filePlace(result.directory, victim.path));
      return result;
    },
  }),
);
