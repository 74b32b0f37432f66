import { modelPlace } from "../scenario_parts/places.ts";
import { wasteTransfer } from "./waste_transfer.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { wrongMarkedFiles } from "./wrong_marked_files.ts";

/** Transfers a whole model again where more than one of its files is damaged. */
export const repairsEverything = lyingAnswers(
  {
    name: "repairs_everything",
    lie: "Transfers a whole model again where more than one of its files is damaged.",
    breaks: ["REPAIR-ONLY"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      const { repository } = request;
      const directory = modelPlace(config, repository);
      const wrong = await wrongMarkedFiles(host.files, directory, request);
      const result = await manager.download(request, options);
      if (wrong.length < 2 || result.offline) return result;
      const { commit } = result;
      for (const { path } of result.files)
        await wasteTransfer(host, config, { repository, commit, path });
      return result;
    },
  }),
);
