import { lyingAnswers } from "./lying_answers.ts";

/** Reports no progress of a file that is downloaded by its address. */
export const noProgressOfAddresses = lyingAnswers(
  {
    name: "no_progress_of_addresses",
    lie: "Reports no progress of a file that is downloaded by its address.",
    breaks: ["DL-OTHER-WAY"],
  },
  (manager) => ({
    downloadUrl: (request, options) => {
      const { onProgress: _, ...rest } = options ?? {};
      return manager.downloadUrl(request, rest);
    },
  }),
);
