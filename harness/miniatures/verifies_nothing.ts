import { lyingAnswers } from "./lying_answers.ts";

/** Answers verify with what status says. */
export const verifiesNothing = lyingAnswers(
  {
    name: "verifies_nothing",
    lie: "Answers verify with what status says.",
    breaks: ["VERIFY-ROT"],
  },
  (manager) => ({ verify: (request) => manager.status(request) }),
);
