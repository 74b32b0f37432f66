/**
 * mlx-node, from its public repository at a commit: `mlx download model`, the command that runs in this process.
 *
 * The files of the command are TypeScript that Node reads as they are, but for names that end as their build would. It knows no other
 * hub than huggingface.co, so the adapter sends what it asks of that host to `HF_ENDPOINT`. Its pauses and limits are timers, which run fast.
 *
 * Without a pattern the command takes files of the top directory alone, which would break every scenario of a model with a folder; so it
 * is asked for `*`.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { hubJsError } from "./hub_js_error.ts";
import { type AdapterCall, AdapterError, serveAdapter } from "./serve_adapter.ts";

const HUB = "https://huggingface.co";
const SPEED = 10;
const packages = join(process.env["SUBJECT_DIRECTORY"] ?? "", "source", "packages");
const sources = pathToFileURL(packages).href;

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier === "@mlx-node/server/host/paths")
      return next(`${sources}/server/src/host/paths.ts`, context);
    const isTheirs = context.parentURL?.startsWith(sources) === true && specifier.startsWith(".");
    return next(isTheirs ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
});

const endpoint = process.env["HF_ENDPOINT"]?.replace(/\/+$/, "") ?? HUB;
const plainFetch = globalThis.fetch;
globalThis.fetch = (input, init) => {
  const url = input instanceof Request ? input.url : String(input);
  return plainFetch(url.startsWith(HUB) ? `${endpoint}${url.slice(HUB.length)}` : url, init);
};

const plainTimeout = globalThis.setTimeout;
const fastTimeout = (run: (...facts: unknown[]) => void, ms = 0, ...facts: unknown[]) =>
  plainTimeout(run, ms / SPEED, ...facts);
globalThis.setTimeout = Object.assign(fastTimeout, plainTimeout) as typeof setTimeout;

/** What it says before it ends the process. */
let lastWords = "";
const { console: screen } = globalThis;
const plainError = screen.error.bind(screen);
screen.error = (...words: unknown[]) => {
  lastWords = words.join(" ").trim();
  plainError(...words);
};
process.exit = (code) => {
  const isIncomplete = lastWords.startsWith("Download incomplete");
  throw new AdapterError(
    isIncomplete ? "repository-incomplete" : "internal",
    `it exits with ${code}: ${lastWords}`,
  );
};

const manifest = readFileSync(join(packages, "cli", "package.json"), "utf8");
const { version } = JSON.parse(manifest) as { version: string };
const command = (await import(`${sources}/cli/src/commands/download-model.ts`)) as {
  run: (words: readonly string[]) => Promise<void>;
};

serveAdapter(
  {
    name: "mlx-node",
    version,
    capabilities: ["token", "gives-up"],
    layouts: ["hubapi"],
    clockSpeed: SPEED,
  },
  {
    download: async ({ root, request, signal }: AdapterCall) => {
      const directory = join(root, "models", ...request.repository.split("/"));
      if (request.token !== undefined) process.env["HUGGINGFACE_TOKEN"] = request.token;
      try {
        const words = [`--model=${request.repository}`, `--output=${directory}`, "--glob=*"];
        await Promise.race([command.run(words), givenUp(signal)]);
      } catch (error) {
        throw hubJsError(typeof error === "string" ? flattened(error) : error);
      }
      return { directory };
    },
  },
);

/** Ends when a download is cancelled, of which its command hears nothing. */
function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new AdapterError("cancelled", "it was given up"));
    signal.addEventListener("abort", end);
  });
}

/** An error of the stream of a file's content, of which its client keeps the text alone. */
function flattened(text: string): Error {
  const status = /^Api error with status (\d{3})\b/.exec(text)?.[1];
  const error = new TypeError(text);
  return status === undefined ? error : Object.assign(error, { statusCode: Number(status) });
}
