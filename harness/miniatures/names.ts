import { basename, join, resolve } from "node:path";
import type { FileSystem } from "../../spec/mod.ts";
import { diskError, exists, writeBytes } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { ActiveCalls } from "./parts/active_calls.ts";
import { emptyResult, failure, onFailure } from "./parts/failures.ts";
import { changingListings } from "./parts/hub_exchanges.ts";

/** Characters that a shell or an old code page treats specially. */
const ODD_REGEXP = /[{}$';@~?]|[^\0-\u2fff]/;

/** The most bytes that a name has on the volumes that are usual today. */
const NAME_BYTES_MAX = 255;

/** Miniatures that mix up names, or follow a name out of the root. */
export const nameMiniatures: readonly Miniature[] = [
  miniature("takes_case_for_spelling", {
    mistake: "Returns a model whose id differs in case from the one that was asked for.",
    breaks: ["LAYOUT-CASE-ID"],
    wrapManager: (manager, { host, config }) => ({
      download: async (request, options) => {
        const directory = modelPlace(config, request.repository);
        const isThere = await exists(host.files, directory);
        try {
          return await manager.download(request, options);
        } catch (error) {
          if (!isThere || asFailure(error)?.code !== "case-conflict") throw error;
          return emptyResult(directory);
        }
      },
    }),
  }),
  miniature("keeps_one_twin", {
    mistake: "Keeps one of two files whose names are the same to the volume, and reports success.",
    breaks: ["LAYOUT-CASE-TWINS"],
    wrapManager: (manager, { host, config }) => ({
      download: async (request, options) => {
        const isThere = await exists(host.files, modelPlace(config, request.repository));
        try {
          return await manager.download(request, options);
        } catch (error) {
          const { code, file } = asFailure(error) ?? {};
          // Where something is there already, the model differs in case, and not a file.
          if (isThere || code !== "case-conflict" || file === undefined) throw error;
          return await manager.download({ ...request, exclude: [file, `${file}/*`] }, options);
        }
      },
    }),
  }),
  miniature("adds_to_long_names", {
    mistake:
      "Writes a file under a name that is twelve bytes longer, and moves it from there to its place.",
    breaks: ["DL-LONG-NAME"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        rename: async (source, target) => {
          if (Buffer.byteLength(basename(target)) > NAME_BYTES_MAX - ".incomplete ".length)
            throw diskError("ENAMETOOLONG", "rename", target);
          await files.rename(source, target);
        },
      },
    }),
  }),
  miniature("encodes_twice", {
    mistake: "Encodes the special characters of a revision, except slashes, twice.",
    // A plain revision is the same however often it is encoded, so only awkward ones show the mistake. What is not
    // found under a name that was encoded wrongly gets no snapshot and no ref in the hub's cache either.
    breaks: ["LAYOUT-ENCODED-ONCE", "LAYOUT-HFCACHE"],
    wrapHost: (host) => ({
      fetch: (url, request) => {
        const [, before = url, revision = ""] = /^(.*\/revision\/)([^/?]+)$/.exec(url) ?? [];
        return host.fetch(before + revision.replaceAll(/%(?!2F)/g, "%25"), request);
      },
    }),
  }),
  miniature("finds_nothing_wrong_with_ids", {
    mistake: "Downloads nothing for what is no repository id, and calls that a success.",
    breaks: ["LAYOUT-ID"],
    wrapManager: (manager, { config }) => ({
      download: onFailure(manager, (error, { repository }) => {
        const isId = /^\w[\w.-]*\/\w[\w.-]*$/.test(repository);
        if (isId || asFailure(error)?.code !== "invalid-argument") throw error;
        return emptyResult(config.root);
      }),
    }),
  }),
  miniature("minds_odd_names", {
    mistake: "Omits files with characters in their names that a shell or an old code page minds.",
    breaks: ["LAYOUT-NAMES"],
    wrapHost: ({ fetch }) => ({
      fetch: async (url, request) => {
        const response = await fetch(url, request);
        // A listing of several pages stays whole: what is missing from one could be the page's fault.
        const isPage = url.includes("cursor=") || response.headers.get("link") !== null;
        if (isPage || !url.includes("/tree/")) return response;
        const changing = changingListings(
          async () => response,
          (entries) => entries.filter(({ path = "" }) => !ODD_REGEXP.test(path)),
        );
        return changing(url, request);
      },
    }),
  }),
  miniature("accepts_dot_dot", {
    mistake: "Writes a listed file where its name leads, also out of the root.",
    breaks: ["LAYOUT-UNSAFE"],
    wrapManager: (manager, { host, config }) => ({
      download: onFailure(manager, async (error, request) => {
        const file = asFailure(error)?.file;
        if (file === undefined || !file.split("/").includes("..")) throw error;
        const directory = modelPlace(config, request.repository);
        await writeBytes(host.files, join(directory, file), new Uint8Array([1]));
        return { ...emptyResult(directory), bytesFetched: 1 };
      }),
    }),
  }),
  miniature("writes_through_links", {
    mistake: "Follows links while it downloads, and writes through them.",
    breaks: ["LAYOUT-ROOT-ONLY"],
    wrapStart: (start, { host, config }) => {
      const downloads = new ActiveCalls();
      const manager = start({ ...host, files: withHiddenLinks(host.files, downloads) }, config);
      return withMethods(manager, {
        // In the hub's cache links are the layout, and to follow them is no mistake.
        download: (request, options) =>
          request.layout === "hf-cache"
            ? manager.download(request, options)
            : downloads.run(() => manager.download(request, options)),
      });
    },
  }),
  miniature("names_after_headers", {
    mistake: "Notes an etag in a file of that name, also when the etag is a path.",
    breaks: ["LAYOUT-ROOT-ONLY"],
    wrapHost: (host, { config }) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const etag = response.headers.get("etag")?.replace(/^W\//, "").replaceAll('"', "");
        // Only of paths: notes under usual names would break another promise.
        if (etag?.includes("/") === true) {
          const place = resolve(config.root, etag);
          await writeBytes(host.files, place, new Uint8Array(1)).catch(() => {});
        }
        return response;
      },
    }),
  }),
  miniature("names_by_last_part", {
    mistake: "Uses the last part of a repository's id as the model's id.",
    breaks: ["MANAGE-MAP"],
    wrapManager: (manager) => ({
      list: async () =>
        (await manager.list()).map((listed) => {
          const name = listed.repository?.split("/").at(-1) ?? listed.modelId;
          return { ...listed, modelId: listed.layout === "flat" ? listed.modelId : name };
        }),
    }),
  }),
  miniature("compares_names_of_files", {
    mistake:
      "Asks of the names of files whether the volume distinguishes them, not of directories.",
    breaks: ["LAYOUT-CASE-TWINS"],
    shownBy: ["layout/case_twins"],
    wrapManager: (manager, { host, config }) => ({
      download: onFailure(manager, async (error, request) => {
        const { code, file = "" } = asFailure(error) ?? {};
        const directory = modelPlace(config, request.repository);
        const isThere = await exists(host.files, directory);
        if (isThere || code !== "case-conflict" || file.endsWith(".json")) throw error;
        return emptyResult(directory);
      }),
    }),
  }),
  miniature("asks_for_what_is_no_address", {
    mistake: "Calls what is no address at all a network that is away.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/any_page"],
    wrapManager: (manager) => ({
      downloadUrl: async (request, options) => {
        if (URL.canParse(request.url)) return manager.downloadUrl(request, options);
        throw failure("network", `Cannot fetch ${request.url}`);
      },
    }),
  }),
];

/** A disk on which links look like what they lead to while a call is under way. */
function withHiddenLinks(files: FileSystem, calls: ActiveCalls): FileSystem {
  return {
    ...files,
    lstat: (path) => (calls.isAny ? files.stat(path) : files.lstat(path)),
    realpath: async (path) => {
      if (!calls.isAny) return files.realpath(path);
      await files.stat(path);
      return path;
    },
    readlink: async (path) => {
      if (!calls.isAny) return files.readlink(path);
      throw diskError("EINVAL", "readlink", path);
    },
  };
}
