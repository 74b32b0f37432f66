import { asFailure } from "../scenario/verdict.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Says that some file is wrong, and neither which nor how. */
export const hidesWhatWasWrong = lyingAnswers(
  {
    name: "hides_what_was_wrong",
    lie: "Says that some file is wrong, and neither which nor how.",
    breaks: ["DL-INTEGRITY-NAMES"],
  },
  (manager) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (asFailure(error)?.code !== "integrity") throw error;
        throw Object.assign(new Error("Cannot download: checksum error"), { code: "integrity" });
      }
    },
  }),
);
