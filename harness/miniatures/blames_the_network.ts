import { asFailure } from "../scenario/verdict.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Says of a login page that the connection is bad. */
export const blamesTheNetwork = lyingAnswers(
  {
    name: "blames_the_network",
    lie: "Says of a login page that the connection is bad.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/login_page"],
  },
  (manager) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (asFailure(error)?.code !== "not-a-hub") throw error;
        throw Object.assign(new Error("Cannot download: bad connection"), { code: "network" });
      }
    },
  }),
);
