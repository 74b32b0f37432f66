import { join } from "node:path";
import { lyingAnswers } from "./lying_answers.ts";

/** Downloads an MLX repository into the flat layout when it is asked to. */
export const downloadsFlat = lyingAnswers(
  {
    name: "downloads_flat",
    lie: "Downloads an MLX repository into the flat layout when it is asked to.",
    breaks: ["LAYOUT-FLAT"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      if (request.layout !== "flat") return manager.download(request, options);
      const result = await manager.download({ ...request, layout: "hubapi" }, options);
      const directory = join(config.root, request.repository.split("/").at(-1) ?? "");
      await host.files.rename(result.directory, directory);
      return { ...result, directory };
    },
  }),
);
