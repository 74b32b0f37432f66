import { asFailure } from "../scenario/verdict.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Says of a failing disk that the connection is bad. */
export const callsDisksNetwork = lyingAnswers(
  {
    name: "calls_disks_network",
    lie: "Says of a failing disk that the connection is bad.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/errno"],
  },
  (manager) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (asFailure(error)?.code !== "disk-io") throw error;
        throw Object.assign(new Error("Cannot download: bad connection"), { code: "network" });
      }
    },
  }),
);
