import { asFailure } from "../scenario/verdict.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Returns a directory for a download that was cancelled. */
export const returnsThoughCancelled = lyingAnswers(
  {
    name: "returns_though_cancelled",
    lie: "Returns a directory for a download that was cancelled.",
    breaks: ["DL-CANCEL"],
  },
  (manager, { config }) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (asFailure(error)?.code !== "cancelled") throw error;
        const directory = modelPlace(config, request.repository);
        return { directory, commit: "", files: [], bytesFetched: 0, offline: false };
      }
    },
  }),
);
