import { modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { wrongMarkedFiles } from "./wrong_marked_files.ts";

/** Says complete of a model with a cut file, and refuses to download it for that file. */
export const completeButRefused = lyingAnswers(
  {
    name: "complete_but_refused",
    lie: "Says complete of a model with a cut file, and refuses to download it for that file.",
    // Two promises: the answer is false, and the file is never fetched again.
    breaks: ["STATUS-HONEST", "DL-REPAIR-ALONE"],
  },
  (manager, { host, config }) => {
    const cutFiles = async ({ repository }: { readonly repository: string }) => {
      const directory = modelPlace(config, repository);
      const wrong = await wrongMarkedFiles(host.files, directory, { repository });
      return wrong.filter((file) => file.wrong === "size");
    };
    return {
      status: async (request) => {
        const directory = modelPlace(config, request.repository);
        const isCut = (await cutFiles(request)).length > 0;
        return isCut ? { state: "complete", directory, commit: "" } : manager.status(request);
      },
      download: async (request, options) => {
        const [file] = await cutFiles(request);
        const result = await manager.download(request, options);
        if (file === undefined || result.offline) return result;
        throw Object.assign(new Error(`Cannot use "${file.path}"`), { code: "integrity" });
      },
    };
  },
);
