import { join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";
import { modelPlace } from "../scenario_parts/place.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Waits two minutes for whoever left an unfinished download to go on with it. */
export const waitsForTheDead = lyingAnswers(
  {
    name: "waits_for_the_dead",
    lie: "Waits two minutes for whoever left an unfinished download to go on with it.",
    breaks: ["DL-LOCK-DEAD"],
  },
  (manager, { host, place }) => ({
    download: async (request, options) => {
      const directory = modelPlace(place, request.repository);
      const isBegun = await exists(host.files, join(directory, ".cache"));
      const isDone = await exists(host.files, join(directory, MARKER_NAME));
      if (isBegun && !isDone) await host.clock.sleep(120_000, options?.signal);
      return manager.download(request, options);
    },
  }),
);
