import { modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { wrongMarkedFiles } from "./wrong_marked_files.ts";

/** Finds a file of the wrong size, and wants it deleted by hand. */
export const leavesDamageToTheUser = lyingAnswers(
  {
    name: "leaves_damage_to_the_user",
    lie: "Finds a file of the wrong size, and wants it deleted by hand.",
    breaks: ["DL-REPAIR-ALONE"],
  },
  (manager, { host, config }) => ({
    download: async (request, options) => {
      const directory = modelPlace(config, request.repository);
      const wrong = await wrongMarkedFiles(host.files, directory, request);
      const result = await manager.download(request, options);
      const [file] = wrong.filter((one) => one.wrong === "size");
      if (file === undefined || result.offline) return result;
      throw Object.assign(new Error(`Cannot use "${file.path}": delete it`), { code: "integrity" });
    },
  }),
);
