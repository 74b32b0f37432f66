import { resolve } from "node:path";
import { writeBytes } from "../disk/mod.ts";
import { lyingHost } from "./lying_host.ts";

/** Notes an etag in a file of that name, also where the etag is a path. */
export const namesAfterHeaders = lyingHost(
  {
    name: "names_after_headers",
    lie: "Notes an etag in a file of that name, also where the etag is a path.",
    breaks: ["LAYOUT-ROOT-ONLY"],
  },
  (host, { config }) => ({
    fetch: async (url, request) => {
      const response = await host.fetch(url, request);
      const etag = response.headers.get("etag")?.replace(/^W\//, "").replaceAll('"', "");
      // Notes under honest names are cleared away at once; what they would break is another promise.
      if (etag?.includes("/") === true)
        await writeBytes(host.files, resolve(config.root, etag), new Uint8Array(1)).catch(() => {});
      return response;
    },
  }),
);
