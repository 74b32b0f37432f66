import { exists } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Takes a model whose id differs in case for the one that was asked for. */
export const takesCaseForSpelling = lyingAnswers(
  {
    name: "takes_case_for_spelling",
    lie: "Takes a model whose id differs in case for the one that was asked for.",
    breaks: ["LAYOUT-CASE-ID"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      const directory = modelPlace(config, request.repository);
      const isThere = await exists(host.files, directory);
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (!isThere || asFailure(error)?.code !== "case-conflict") throw error;
        return { directory, commit: "", files: [], bytesFetched: 0, offline: false };
      }
    },
  }),
);
