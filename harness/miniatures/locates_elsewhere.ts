import { join } from "node:path";
import { lyingAnswers } from "./lying_answers.ts";

/** Locates a model where the root would be if its name were spelled another way. */
export const locatesElsewhere = lyingAnswers(
  {
    name: "locates_elsewhere",
    lie: "Locates a model where the root would be if its name were spelled another way.",
    // A migration says where the model will be looked for, and it is looked for elsewhere.
    breaks: ["LAYOUT-AGREE", "MIGRATE-PLAN"],
  },
  (manager, { host, config }) => ({
    locate: async (request) => {
      const located = await manager.locate(request);
      // Of a root that is a link the same answer would be about that link.
      const { kind } = await host.files.lstat(config.root).catch(() => ({ kind: "link" }));
      if (located === undefined || kind === "link") return located;
      return join(config.root.toLowerCase(), located.slice(config.root.length));
    },
  }),
);
