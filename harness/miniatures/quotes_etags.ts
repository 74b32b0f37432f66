import { METADATA_DIRECTORY } from "../../spec/mod.ts";
import { overwriteBytes, readText } from "../disk/mod.ts";
import { filePlace } from "../scenario_parts/places.ts";
import { lyingAnswers } from "./lying_answers.ts";
import { unlessRefused } from "./unless_refused.ts";

/** Writes an etag into metadata as the header had it, with its quotes. */
export const quotesEtags = lyingAnswers(
  {
    name: "quotes_etags",
    lie: "Writes an etag into metadata as the header had it, with its quotes.",
    breaks: ["MANAGE-METADATA"],
  },
  (manager, { host }) => ({
    download: async (request, options) => {
      const result = await manager.download(request, options);
      if (result.bytesFetched === 0) return result;
      const place = filePlace(result.directory, `${METADATA_DIRECTORY}/config.json.metadata`);
      const [commit, etag, ...rest] =
        (await unlessRefused(() => readText(host.files, place), undefined))?.split("\n") ?? [];
      if (etag === undefined || etag.startsWith('"')) return result;
      const text = [commit, `"${etag}"`, ...rest].join("\n");
      const bytes = new TextEncoder().encode(text);
      await unlessRefused(() => overwriteBytes(host.files, place, bytes), undefined);
      return result;
    },
  }),
);
