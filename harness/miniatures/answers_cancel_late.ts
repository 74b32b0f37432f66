import { asFailure } from "../scenario/verdict.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Lets half a minute pass before it admits that it was cancelled. */
export const answersCancelLate = lyingAnswers(
  {
    name: "answers_cancel_late",
    lie: "Lets half a minute pass before it admits that it was cancelled.",
    breaks: ["DL-CANCEL"],
  },
  (manager, { host }) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (asFailure(error)?.code === "cancelled") await host.clock.sleep(30_000);
        throw error;
      }
    },
  }),
);
