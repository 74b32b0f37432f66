import { join } from "node:path";
import { lyingAnswers } from "./lying_answers.ts";

/** Lists a model that is not there beside those that are. */
export const listsMadeUpModels = lyingAnswers(
  {
    name: "lists_made_up_models",
    lie: "Lists a model that is not there beside those that are.",
    breaks: ["MANAGE-BOTH"],
  },
  (manager, { config }) => ({
    list: async () => {
      const listed = await manager.list();
      const [first, second] = listed;
      // A single model is not hidden among others.
      if (first === undefined || second === undefined) return listed;
      const directory = join(config.root, "models", "mlx-community", "Made-Up-4bit");
      const repository = "mlx-community/Made-Up-4bit";
      return [...listed, { ...first, directory, repository, modelId: "made-up-4bit" }];
    },
  }),
);
