import { lyingAnswers } from "./lying_answers.ts";

/** Lists no model that lies as LM Studio has it. */
export const overlooksALayout = lyingAnswers(
  {
    name: "overlooks_a_layout",
    lie: "Lists no model that lies as LM Studio has it.",
    breaks: ["MANAGE-BOTH"],
  },
  (manager) => ({
    list: async () => (await manager.list()).filter(({ layout }) => layout !== "lmstudio"),
  }),
);
