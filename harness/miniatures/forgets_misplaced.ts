import { lyingAnswers } from "./lying_answers.ts";

/** Lists a model of the flat layout without a word of where MLX would look. */
export const forgetsMisplaced = lyingAnswers(
  {
    name: "forgets_misplaced",
    lie: "Lists a model of the flat layout without a word of where MLX would look.",
    breaks: ["LAYOUT-FLAT"],
  },
  (manager) => ({
    list: async () => (await manager.list()).map((listed) => ({ ...listed, misplaced: undefined })),
  }),
);
