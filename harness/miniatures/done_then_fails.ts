import type { Progress } from "../../spec/mod.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Reports that everything is done, and then fails. */
export const doneThenFails = lyingAnswers(
  {
    name: "done_then_fails",
    lie: "Reports that everything is done, and then fails.",
    breaks: ["DL-PROGRESS-DONE"],
  },
  (manager) => ({
    download: async (request, options) => {
      let last: Progress | undefined;
      const onProgress = (progress: Progress) => {
        last = progress;
        options?.onProgress?.(progress);
      };
      try {
        return await manager.download(request, { ...options, onProgress });
      } catch (error) {
        if (last !== undefined)
          options?.onProgress?.({
            ...last,
            phase: "done",
            bytesDone: last.bytesTotal,
            fraction: 1,
          });
        throw error;
      }
    },
  }),
);
