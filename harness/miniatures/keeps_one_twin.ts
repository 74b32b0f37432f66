import { exists } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Keeps one of two files whose names the volume takes for one, and reports success. */
export const keepsOneTwin = lyingAnswers(
  {
    name: "keeps_one_twin",
    lie: "Keeps one of two files whose names the volume takes for one, and reports success.",
    breaks: ["LAYOUT-CASE-TWINS"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      const isThere = await exists(host.files, modelPlace(config, request.repository));
      try {
        return await manager.download(request, options);
      } catch (error) {
        const { code, file } = asFailure(error) ?? {};
        // Where something is there already, it is the model that is another in case and no file.
        if (isThere || code !== "case-conflict" || file === undefined) throw error;
        return await manager.download({ ...request, exclude: [file, `${file}/*`] }, options);
      }
    },
  }),
);
