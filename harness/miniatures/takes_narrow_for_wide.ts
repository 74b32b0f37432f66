import type { DownloadResult } from "../../spec/mod.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Takes a model of which some files were downloaded for one that is there. */
export const takesNarrowForWide = lyingAnswers(
  {
    name: "takes_narrow_for_wide",
    lie: "Takes a model of which some files were downloaded for one that is there.",
    breaks: ["LAYOUT-WIDER"],
  },
  (manager) => {
    const narrow = new Map<string, DownloadResult>();
    return {
      download: async (request, options) => {
        const known = narrow.get(request.repository);
        if (request.include === undefined && known !== undefined) return known;
        const result = await manager.download(request, options);
        if (request.include !== undefined) narrow.set(request.repository, result);
        return result;
      },
    };
  },
);
