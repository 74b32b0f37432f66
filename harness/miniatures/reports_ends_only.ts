import { lyingAnswers } from "./lying_answers.ts";

/** Reports progress only where a file ends. */
export const reportsEndsOnly = lyingAnswers(
  {
    name: "reports_ends_only",
    lie: "Reports progress only where a file ends.",
    breaks: ["DL-PROGRESS-MOVES"],
  },
  (manager) => ({
    download: (request, options) => {
      let filesDone = -1;
      return manager.download(request, {
        ...options,
        onProgress: (progress) => {
          if (progress.phase === "transfer" && progress.filesDone === filesDone) return;
          ({ filesDone } = progress);
          options?.onProgress?.(progress);
        },
      });
    },
  }),
);
