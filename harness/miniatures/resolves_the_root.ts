import { lyingAnswers } from "./lying_answers.ts";
import { unlessRefused } from "./unless_refused.ts";

/** Returns the path behind a root that is a link, and not the one that the caller knows. */
export const resolvesTheRoot = lyingAnswers(
  {
    name: "resolves_the_root",
    lie: "Returns the path behind a root that is a link, and not the one that the caller knows.",
    breaks: ["LAYOUT-ROOT-LINK"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      const result = await manager.download(request, options);
      // A cache elsewhere leaves the root unmade.
      const root = await unlessRefused(() => host.files.realpath(config.root), config.root);
      if (!result.directory.startsWith(config.root)) return result;
      return { ...result, directory: root + result.directory.slice(config.root.length) };
    },
  }),
);
