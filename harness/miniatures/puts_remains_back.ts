import { join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { exists, readBytes, readTree, writeBytes } from "../disk/mod.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { unlessRefused } from "./unless_refused.ts";

/** Leaves what it found of an unfinished download where it was. */
export const putsRemainsBack = lyingAnswers(
  {
    name: "puts_remains_back",
    lie: "Leaves what it found of an unfinished download where it was.",
    // That what was kept is used or removed is part of the promise about a failing disk as well.
    breaks: ["DL-LEFTOVERS", "DL-DISK-ERROR"],
  },
  (manager, { host, config: { root } }) => ({
    download: async (request, options) => {
      const { files } = host;
      const directory = modelPlace({ root }, request.repository);
      const isMarked = await exists(files, join(directory, MARKER_NAME));
      const tree = isMarked ? [] : await unlessRefused(() => readTree(files, directory), []);
      const remains = tree.find(
        ({ kind, path }) => kind === "file" && /^\..*\//.test(path) && !path.endsWith(".metadata"),
      );
      if (remains === undefined) return manager.download(request, options);
      const place = filePlace(directory, remains.path);
      const bytes = await unlessRefused(() => readBytes(files, place), undefined);
      const result = await manager.download(request, options);
      if (bytes !== undefined)
        await unlessRefused(() => writeBytes(files, place, bytes), undefined);
      return result;
    },
  }),
);
