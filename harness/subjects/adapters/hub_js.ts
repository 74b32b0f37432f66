/**
 * `@huggingface/hub` (npm), as `snapshotDownload` or, file by file, `downloadFileToCacheDir`.
 *
 * It has neither pauses nor time limits that could be set, takes no patterns, and writes layout `hf-cache`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { hubJsError } from "./hub_js_error.ts";
import { type AdapterCall, serveAdapter } from "./serve_adapter.ts";

interface Parameters {
  readonly repo: string;
  readonly revision?: string;
  readonly hubUrl: string | undefined;
  readonly cacheDir?: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof fetch;
}

interface HubPackage {
  snapshotDownload(parameters: Parameters): Promise<string>;
  listFiles(
    parameters: Parameters & { readonly recursive: boolean },
  ): AsyncIterable<{ readonly type: string; readonly path: string }>;
  downloadFileToCacheDir(parameters: Parameters & { readonly path: string }): Promise<string>;
}

const require = createRequire(`${process.env["SUBJECT_DIRECTORY"]}/package.json`);
const entry = require.resolve("@huggingface/hub");
const manifest = readFileSync(
  `${entry.slice(0, entry.lastIndexOf("/dist/"))}/package.json`,
  "utf8",
);
const { version } = JSON.parse(manifest) as { version: string };
const hub = (await import(pathToFileURL(entry).href)) as HubPackage;
const CACHE_VARIABLES = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"];
const isByFile = process.argv.includes("--by-file");

serveAdapter(
  {
    name: isByFile ? "hub-js-by-file" : "hub-js",
    version,
    capabilities: ["cancel", "revision", "token"],
    layouts: ["hf-cache"],
    profiles: ["core", "interop"],
  },
  {
    download: async (call) => {
      try {
        return { directory: await download(call) };
      } catch (error) {
        throw hubJsError(error);
      }
    },
  },
);

async function download({ root, request, signal }: AdapterCall): Promise<string> {
  const parameters: Parameters = {
    repo: request.repository,
    ...(request.revision === undefined ? {} : { revision: request.revision }),
    hubUrl: process.env["HF_ENDPOINT"]?.replace(/\/+$/, ""),
    // Where the environment names a cache, it is the client's to find it.
    ...(CACHE_VARIABLES.some((name) => process.env[name]) ? {} : { cacheDir: root }),
    accessToken: request.token ?? process.env["HF_TOKEN"],
    fetch: (url, init) => fetch(url, { ...init, signal }),
  };
  if (!isByFile) return hub.snapshotDownload(parameters);
  const paths: string[] = [];
  for await (const { type, path } of hub.listFiles({ ...parameters, recursive: true }))
    if (type === "file") paths.push(path);
  const places = await Promise.all(
    paths.map((path) => hub.downloadFileToCacheDir({ ...parameters, path })),
  );
  return (places[0] ?? "").slice(0, -(paths[0]?.length ?? 0) - 1);
}
