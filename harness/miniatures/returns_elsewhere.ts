import { modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Reports success and returns another directory than the one that it wrote. */
export const returnsElsewhere = lyingAnswers(
  {
    name: "returns_elsewhere",
    lie: "Reports success and returns another directory than the one that it wrote.",
    // Who looks for the parts of the model where it was sent finds none.
    breaks: ["LAYOUT-PATH", "LAYOUT-REQUIRED"],
  },
  (manager, { config }) => ({
    download: async (request, options) => {
      const result = await manager.download(request, options);
      if (request.layout !== "lmstudio") return result;
      return { ...result, directory: modelPlace(config, request.repository) };
    },
  }),
);
