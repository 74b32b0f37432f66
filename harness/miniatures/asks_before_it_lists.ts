import { lyingAnswers } from "./lying_answers.ts";

/** Asks the hub something before it lists what is on the disk. */
export const asksBeforeItLists = lyingAnswers(
  {
    name: "asks_before_it_lists",
    lie: "Asks the hub something before it lists what is on the disk.",
    breaks: ["STATUS-LOCAL"],
  },
  (manager, { host, config }) => ({
    list: async () => {
      const url = `${config.env["HF_ENDPOINT"]}/api/models/mlx-community/x/revision/main`;
      await host.fetch(url, { method: "GET", headers: {} }).catch(() => {});
      return manager.list();
    },
  }),
);
