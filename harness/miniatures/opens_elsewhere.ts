import { join } from "node:path";
import { lyingAnswers } from "./lying_answers.ts";

/** Reports another directory as the examined one than the download had named. */
export const opensElsewhere = lyingAnswers(
  {
    name: "opens_elsewhere",
    lie: "Reports another directory as the examined one than the download had named.",
    breaks: ["LAYOUT-AGREE"],
  },
  (manager, { config }) => ({
    check: async (request, options) => ({
      ...(await manager.check(request, options)),
      directory: join(config.root, "..", "Caches", ...request.repository.split("/")),
    }),
  }),
);
