import { lyingAnswers } from "./lying_answers.ts";

/** Begins each count with nothing, whatever is there. */
export const countsFromZero = lyingAnswers(
  {
    name: "counts_from_zero",
    lie: "Begins each count with nothing, whatever is there.",
    breaks: ["DL-PROGRESS-RESUME"],
  },
  (manager) => ({
    download: (request, options) => {
      let reports = 0;
      return manager.download(request, {
        ...options,
        onProgress: (progress) => {
          const isFirst = ++reports === 1 && progress.phase === "transfer";
          const nothing = { ...progress, bytesDone: 0, filesDone: 0, fraction: 0 };
          options?.onProgress?.(isFirst ? nothing : progress);
        },
      });
    },
  }),
);
