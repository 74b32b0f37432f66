import { lyingAnswers } from "./lying_answers.ts";

/** Takes the last part of a repository's id for the model's own. */
export const namesByLastPart = lyingAnswers(
  {
    name: "names_by_last_part",
    lie: "Takes the last part of a repository's id for the model's own.",
    breaks: ["MANAGE-MAP"],
  },
  (manager) => ({
    list: async () =>
      (await manager.list()).map((listed) => ({
        ...listed,
        modelId:
          listed.layout === "flat"
            ? listed.modelId
            : (listed.repository?.split("/").at(-1) ?? listed.modelId),
      })),
  }),
);
