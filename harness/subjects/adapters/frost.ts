/**
 * `@frost-beta/huggingface` (npm). It knows no other hub than huggingface.co, so the adapter sends what it asks of that host
 * to `HF_ENDPOINT`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { hubJsError } from "./hub_js_error.ts";
import { serveAdapter } from "./serve_adapter.ts";

type Download = (
  repository: string,
  directory: string,
  options: { readonly revision?: string },
) => Promise<void>;

const HUB = "https://huggingface.co";

const require = createRequire(`${process.env["SUBJECT_DIRECTORY"]}/package.json`);
const entry = require.resolve("@frost-beta/huggingface");
const manifest = readFileSync(
  `${entry.slice(0, entry.lastIndexOf("/dist/"))}/package.json`,
  "utf8",
);
const { version } = JSON.parse(manifest) as { version: string };
const endpoint = process.env["HF_ENDPOINT"]?.replace(/\/+$/, "") ?? HUB;
const plainFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  return plainFetch(url.startsWith(HUB) ? `${endpoint}${url.slice(HUB.length)}` : url, init);
};
const { download } = require("@frost-beta/huggingface") as { download: Download };

serveAdapter(
  { name: "frost", version, capabilities: ["revision"], layouts: ["hubapi"] },
  {
    download: async ({ root, request }) => {
      const directory = join(root, "models", ...request.repository.split("/"));
      const { revision } = request;
      try {
        await download(request.repository, directory, revision === undefined ? {} : { revision });
      } catch (error) {
        throw hubJsError(error);
      }
      return { directory };
    },
  },
);
