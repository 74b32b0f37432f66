import { exists } from "../disk/mod.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { wasteTransfer } from "./waste_transfer.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Transfers for each of several tasks what one of them had transferred for all. */
export const transfersForEach = lyingAnswers(
  {
    name: "transfers_for_each",
    lie: "Transfers for each of several tasks what one of them had transferred for all.",
    breaks: ["DL-ONE-TRANSFER"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      const { repository } = request;
      const isThere = await exists(host.files, modelPlace(config, repository));
      const result = await manager.download(request, options);
      // Nothing was there, nothing was fetched, and now there is a model: another task has brought it.
      if (isThere || result.bytesFetched > 0 || result.offline) return result;
      const { commit } = result;
      for (const { path } of result.files)
        await wasteTransfer(host, config, { repository, commit, path });
      return result;
    },
  }),
);
