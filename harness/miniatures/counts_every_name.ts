import { sizeOnDisk } from "../scenario_parts/disk_observations.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Reports the size of what it removes as freed, also where the data has other names. */
export const countsEveryName = lyingAnswers(
  {
    name: "counts_every_name",
    lie: "Reports the size of what it removes as freed, also where the data has other names.",
    breaks: ["REMOVE-BYTES"],
  },
  (manager, { host, config }) => ({
    remove: async (request) => {
      const bytesFreed = await sizeOnDisk(host.files, modelPlace(config, request.repository));
      return { ...(await manager.remove(request)), bytesFreed };
    },
  }),
);
