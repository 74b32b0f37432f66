import { asFailure } from "../scenario/verdict.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Refuses wrong bytes as it must, and says of the failure only that it is internal. */
export const callsWrongBytesInternal = lyingAnswers(
  {
    name: "calls_wrong_bytes_internal",
    lie: "Refuses wrong bytes as it must, and says of the failure only that it is internal.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/wrong_bytes"],
  },
  (manager) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        const failure = asFailure(error);
        if (failure?.code !== "integrity") throw error;
        const { message, file, expected, actual } = failure;
        throw Object.assign(new Error(message), { code: "internal", file, expected, actual });
      }
    },
  }),
);
