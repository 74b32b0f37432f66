import { DEFAULT_PATTERNS, type DownloadRequest, fnmatch, type Host } from "../../spec/mod.ts";
import { exists, writeBytes } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { filePlace, modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature } from "./miniature.ts";
import { emptyResult, failure, onFailure } from "./parts/failures.ts";
import { readBody, withHeaders } from "./parts/hub_exchanges.ts";

/** So that a scenario ends. */
const TRIES_MAX = 400;

/** Miniatures that publish or describe wrong content. */
export const integrityMiniatures: readonly Miniature[] = [
  miniature("skips_hash", {
    mistake: "Accepts a file of the right size, whatever its hash.",
    breaks: ["DL-INTEGRITY"],
    wrapManager: (manager, { host, config }) => ({
      download: onFailure(manager, async (error, request) => {
        const isMlx = request.repository.startsWith("mlx-community/");
        if (!isMlx || !isWrongHash(error)) throw error;
        const directory = modelPlace(config, request.repository);
        const endpoint = config.env["HF_ENDPOINT"] ?? "";
        const files = await fetchUnverified(host, request, { endpoint, directory });
        return { ...emptyResult(directory), files };
      }),
    }),
  }),
  miniature("hides_what_was_wrong", {
    mistake: "Reports that some file is wrong, and neither which nor how.",
    breaks: ["DL-INTEGRITY-NAMES"],
    wrapManager: (manager) => ({
      download: onFailure(manager, (error) => {
        if (asFailure(error)?.code !== "integrity") throw error;
        throw failure("integrity", "Cannot download: checksum error");
      }),
    }),
  }),
  miniature("never_gives_wrong_bytes_up", {
    mistake: "Tries again for as long as wrong bytes come.",
    breaks: ["DL-INTEGRITY"],
    shownBy: ["download/wrong_bytes"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        for (let tries = 1; ; tries++) {
          try {
            return await manager.download(request, options);
          } catch (error) {
            if (asFailure(error)?.code !== "integrity" || tries >= TRIES_MAX) throw error;
          }
        }
      },
    }),
  }),
  miniature("calls_wrong_bytes_internal", {
    mistake: "Refuses wrong bytes, as it must, and reports only an internal failure.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/wrong_bytes"],
    wrapManager: (manager) => ({
      download: onFailure(manager, (error) => {
        const refused = asFailure(error);
        if (refused?.code !== "integrity") throw error;
        const { file, expected, actual } = refused;
        throw Object.assign(failure("internal", refused.message), { file, expected, actual });
      }),
    }),
  }),
  miniature("publishes_before_verify", {
    mistake: "Creates a file at its place before its content is moved there.",
    // A crash in between leaves the empty file, as a reader in between sees it.
    breaks: ["DL-ATOMIC", "DUR-STATES"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        rename: async (source, target) => {
          const isEarly = target.endsWith(".safetensors") && !(await exists(files, target));
          if (isEarly)
            await files.open(target, "wx").then(
              (file) => file.close(),
              () => {},
            );
          try {
            await files.rename(source, target);
          } catch (error) {
            if (isEarly) await files.unlink(target).catch(() => {});
            throw error;
          }
        },
      },
    }),
  }),
  miniature("trusts_the_length", {
    mistake: "Resumes a plain address by its length alone, whatever tag the server states.",
    breaks: ["DL-OTHER-WAY"],
    shownBy: ["download/any_address"],
    wrapHost: (host, { config }) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const hub = URL.parse(config.env["HF_ENDPOINT"] ?? url);
        const isHub = hub === null || new URL(url).origin === hub.origin;
        return isHub || response.status >= 300
          ? response
          : withHeaders(response, { etag: 'W/"same"' });
      },
    }),
  }),
  miniature("looks_at_one_fact", {
    mistake: "Looks at no weak tag of a plain file that has a date, though it is another one.",
    breaks: ["DL-OTHER-WAY"],
    shownBy: ["download/any_address"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const { headers } = response;
        const isDated = headers.get("last-modified") !== null;
        const isWeak = headers.get("etag")?.startsWith("W/") === true;
        return isDated && isWeak ? withHeaders(response, { etag: undefined }) : response;
      },
    }),
  }),
  miniature("takes_silence_for_the_same", {
    mistake: "Resumes a plain address of which the server states neither a tag nor a date.",
    breaks: ["DL-OTHER-WAY"],
    shownBy: ["download/any_address"],
    wrapHost: (host, { config }) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const { headers, status } = response;
        const hub = URL.parse(config.env["HF_ENDPOINT"] ?? url);
        const isHub = hub === null || new URL(url).origin === hub.origin;
        const isDated = headers.get("last-modified") !== null || headers.get("etag") !== null;
        return isHub || status >= 300 || isDated
          ? response
          : withHeaders(response, { etag: 'W/"none"' });
      },
    }),
  }),
  miniature("takes_an_ending_anywhere", {
    mistake: "Takes each file for weights that has an ending of weights anywhere in its name.",
    breaks: ["DL-OTHER-WAY"],
    shownBy: ["download/page_for_a_file"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const name = new URL(url).pathname.split("/").at(-1) ?? "";
        const isOfWeights = /\.(?:safetensors|gguf|npz|bin)\.(?:json|txt)$/.test(name);
        const isPlain = isOfWeights && !url.includes("/resolve/");
        return isPlain ? withHeaders(response, { "content-type": "text/html" }) : response;
      },
    }),
  }),
];

function isWrongHash(error: unknown): boolean {
  const { code, expected = "", actual = "" } = asFailure(error) ?? {};
  const isHash = (text: string) => /^(?:sha256|git-sha1):/.test(text);
  return code === "integrity" && isHash(expected) && isHash(actual);
}

/** Puts every wanted file at its place as the hub sends it. */
async function fetchUnverified(
  host: Host,
  { repository }: DownloadRequest,
  options: { readonly endpoint: string; readonly directory: string },
): Promise<{ path: string; sizeBytes: number }[]> {
  const { endpoint, directory } = options;
  const listed = await fetchBytes(host, `${endpoint}/api/models/${repository}`);
  const { siblings } = JSON.parse(Buffer.from(listed).toString("utf8")) as {
    siblings: { rfilename: string }[];
  };
  const files: { path: string; sizeBytes: number }[] = [];
  for (const { rfilename: path } of siblings) {
    if (!DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path))) continue;
    const url = `${endpoint}/${repository}/resolve/main/${encodeURIComponent(path)}`;
    const bytes = await fetchBytes(host, url);
    await writeBytes(host.files, filePlace(directory, path), bytes);
    files.push({ path, sizeBytes: bytes.length });
  }
  return files;
}

async function fetchBytes(host: Host, url: string): Promise<Uint8Array> {
  const response = await host.fetch(url, { method: "GET", headers: {} });
  const location = response.headers.get("location");
  return location === null ? readBody(response) : fetchBytes(host, new URL(location, url).href);
}
