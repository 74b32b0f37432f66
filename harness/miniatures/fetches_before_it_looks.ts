import { asFailure } from "../scenario/verdict.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Begins with the weights, and finds out afterwards what the repository lacks. */
export const fetchesBeforeItLooks = lyingAnswers(
  {
    name: "fetches_before_it_looks",
    lie: "Begins with the weights, and finds out afterwards what the repository lacks.",
    breaks: ["LAYOUT-LACKS"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      try {
        return await manager.download(request, options);
      } catch (error) {
        if (asFailure(error)?.code === "repository-incomplete") {
          const weights = `${request.repository}/resolve/main/model.safetensors`;
          const question = { method: "GET", headers: {} } as const;
          await host.fetch(`${config.env["HF_ENDPOINT"]}/${weights}`, question).catch(() => {});
        }
        throw error;
      }
    },
  }),
);
