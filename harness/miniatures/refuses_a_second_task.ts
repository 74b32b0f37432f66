import { lyingAnswers } from "./lying_answers.ts";

/** Refuses a download while another one of the same model is under way in this process. */
export const refusesASecondTask = lyingAnswers(
  {
    name: "refuses_a_second_task",
    lie: "Refuses a download while another one of the same model is under way in this process.",
    breaks: ["DL-CONCURRENT"],
  },
  (manager) => {
    const running = new Set<string>();
    return {
      download: async (request, options) => {
        const { repository } = request;
        if (running.has(repository))
          throw Object.assign(new Error(`Cannot download "${repository}" twice`), {
            code: "internal",
          });
        running.add(repository);
        try {
          return await manager.download(request, options);
        } finally {
          running.delete(repository);
        }
      },
    };
  },
);
