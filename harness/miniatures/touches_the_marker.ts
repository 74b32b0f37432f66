import { join } from "node:path";
import { MARKER_NAME } from "../../spec/mod.ts";
import { exists, overwriteBytes, readBytes } from "../disk/mod.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { unlessRefused } from "./unless_refused.ts";

/** Writes the marker again each time, though nothing has changed. */
export const touchesTheMarker = lyingAnswers(
  {
    name: "touches_the_marker",
    lie: "Writes the marker again each time, though nothing has changed.",
    breaks: ["DL-IDEMPOTENT"],
  },
  (manager, { host }) => ({
    download: async (request, options) => {
      const result = await manager.download(request, options);
      const marker = join(result.directory, MARKER_NAME);
      // Without the hub nothing is written even by this one: that is another promise.
      if (result.bytesFetched > 0 || result.offline) return result;
      if (await exists(host.files, marker))
        await unlessRefused(
          async () => overwriteBytes(host.files, marker, await readBytes(host.files, marker)),
          undefined,
        );
      return result;
    },
  }),
);
