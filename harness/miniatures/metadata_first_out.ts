import { METADATA_DIRECTORY } from "../../spec/mod.ts";
import { exists } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Removes metadata of a model while the marker still vouches for it. */
export const metadataFirstOut = lyingAnswers(
  {
    name: "metadata_first_out",
    lie: "Removes metadata of a model while the marker still vouches for it.",
    breaks: ["MARK-FIRST-OUT"],
  },
  (manager, { host, config }) => ({
    remove: async (request) => {
      const directory = modelPlace(config, request.repository);
      const first = filePlace(directory, `${METADATA_DIRECTORY}/config.json.metadata`);
      if (!(await exists(host.files, first))) return manager.remove(request);
      const { sizeBytes } = await host.files.stat(first);
      await host.files.unlink(first);
      const result = await manager.remove(request);
      return { ...result, bytesFreed: result.bytesFreed + sizeBytes };
    },
  }),
);
