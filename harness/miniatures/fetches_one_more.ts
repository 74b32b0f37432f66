import { modelPlace } from "../scenario_parts/places.ts";
import { wasteTransfer } from "./waste_transfer.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { wrongMarkedFiles } from "./wrong_marked_files.ts";

/** Fetches a file that is right together with the one that was damaged. */
export const fetchesOneMore = lyingAnswers(
  {
    name: "fetches_one_more",
    lie: "Fetches a file that is right together with the one that was damaged.",
    // What is fetched beside the damaged file is neither alone nor only what is wrong.
    breaks: ["DL-REPAIR-ALONE", "REPAIR-ONLY"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      const { repository } = request;
      const directory = modelPlace(config, repository);
      const wrong = await wrongMarkedFiles(host.files, directory, request);
      const result = await manager.download(request, options);
      const right = result.files.find(({ path }) => !wrong.some((file) => file.path === path));
      if (wrong.length !== 1 || right === undefined || result.offline) return result;
      await wasteTransfer(host, config, { repository, commit: result.commit, path: right.path });
      return result;
    },
  }),
);
