import { basename } from "node:path";
import type { DownloadResult, HttpResponse } from "../../spec/mod.ts";
import { overwriteBytes, readText } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { ActiveCalls } from "./parts/active_calls.ts";
import { removingOtherwise } from "./parts/disk_steps.ts";
import {
  changingJson,
  changingListings,
  type ListedEntry,
  withHeaders,
} from "./parts/hub_exchanges.ts";

/** Miniatures that mix up the revisions of a repository. */
export const commitMiniatures: readonly Miniature[] = [
  miniature("follows_branch_twice", {
    mistake: "Asks for each file by the name of the branch, not by the commit that it resolved to.",
    breaks: ["DL-ONE-COMMIT"],
    wrapHost: (host) => {
      let revision = "main";
      return {
        fetch: (url, request) => {
          revision = /\/revision\/([^/?]+)$/.exec(url)?.[1] ?? revision;
          const asked = url.replace(/\/resolve\/[0-9a-f]{40}\//, `/resolve/${revision}/`);
          return host.fetch(asked, request);
        },
      };
    },
  }),
  miniature("follows_the_hub_from_a_pin", {
    mistake: "Takes the commit that the hub names for the one that was asked for.",
    breaks: ["DL-PINNED"],
    wrapHost: (host) => {
      const named = new Map<string, string>();
      return {
        fetch: async (url, request) => {
          const pin = /\/revision\/([0-9a-f]{40})$/.exec(url)?.[1];
          if (pin === undefined) {
            const asked = url.replace(
              /(?<=\/(?:tree|resolve)\/)[0-9a-f]{40}/,
              (commit) => named.get(commit) ?? commit,
            );
            const response = await host.fetch(asked, request);
            return withHeaders(response, { "x-repo-commit": undefined });
          }
          const asPinned = changingJson(host.fetch, (value) => {
            const info = value as { readonly sha?: unknown };
            if (typeof info.sha === "string") named.set(pin, info.sha);
            return { ...info, sha: pin };
          });
          return asPinned(url, request);
        },
      };
    },
  }),
  miniature("trusts_its_first_answer", {
    mistake: "Resolves a branch once and never again.",
    // What it knows is out of date for whoever asks: a wrong answer, and a commit that is gone.
    breaks: ["DL-NEW-COMMIT", "DL-STALE", "HUB-LATEST"],
    wrapHost: (host) => {
      const known = new Map<string, readonly Uint8Array[]>();
      return {
        fetch: async (url, request): Promise<HttpResponse> => {
          if (!/\/api\/models\/[^?]*\/revision\/[^/]+$/.test(url)) return host.fetch(url, request);
          let chunks = known.get(url);
          let headers: HttpResponse["headers"] = { get: () => null };
          if (chunks === undefined) {
            const response = await host.fetch(url, request);
            if (response.status !== 200) return response;
            const taken: Uint8Array[] = [];
            for await (const chunk of response.body ?? []) taken.push(chunk);
            chunks = taken;
            headers = response.headers;
            // A page in place of an answer is not remembered.
            if (taken[0]?.[0] === "{".charCodeAt(0)) known.set(url, taken);
          }
          return { status: 200, headers, body: ReadableStream.from(chunks) };
        },
      };
    },
  }),
  miniature("takes_narrow_for_wide", {
    mistake: "Reports a model as there when only some of its files were downloaded.",
    breaks: ["LAYOUT-WIDER"],
    wrapManager: (manager) => {
      const narrow = new Map<string, DownloadResult>();
      return {
        download: async (request, options) => {
          const known = narrow.get(request.repository);
          if (request.include === undefined && known !== undefined) return known;
          const result = await manager.download(request, options);
          if (request.include !== undefined) narrow.set(request.repository, result);
          return result;
        },
      };
    },
  }),
  miniature("takes_narrow_for_wide_offline", {
    mistake:
      "Reports what an earlier request brought as all of another one, where the hub is away.",
    breaks: ["LAYOUT-WIDER"],
    wrapManager: (manager) => {
      const before = new Map<string, DownloadResult>();
      return {
        download: async (request, options) => {
          try {
            const result = await manager.download(request, options);
            before.set(request.repository, result);
            return result;
          } catch (error) {
            const known = before.get(request.repository);
            const isAway = ["offline", "network"].includes(asFailure(error)?.code ?? "");
            if (request.include === undefined || known === undefined || !isAway) throw error;
            return { ...known, offline: true };
          }
        },
      };
    },
  }),
  miniature("keeps_unhashed_files", {
    mistake:
      "Takes a file of the same size for the file of a new commit, where the listing states no hash.",
    breaks: ["DL-NEW-COMMIT"],
    shownBy: ["download/hidden_hashes"],
    wrapHost: ({ fetch }) => {
      const known = new Map<string, ListedEntry>();
      return {
        fetch: changingListings(fetch, (entries) =>
          entries.map((entry) => {
            const { path = "", size, oid = "" } = entry;
            const same = known.get(path);
            if (/^[0-9a-f]{40}$/.test(oid)) known.set(path, entry);
            else if (same?.size === size && same !== undefined) return same;
            return entry;
          }),
        ),
      };
    },
  }),
  miniature("keeps_strays", {
    mistake: "Keeps weight files of an earlier revision that have a name of their own.",
    breaks: ["LAYOUT-STRAYS"],
    wrapStart: (start, { host, config }) => {
      const downloads = new ActiveCalls();
      const files = removingOtherwise(host.files, async (path, really) => {
        // Those of the usual name go: what stays unrecorded would be a leftover of a later removal as well.
        const isStray = /\/(?!model)[^/]*\.safetensors$/.test(path);
        if (downloads.isAny && isStray) return;
        await really();
      });
      const manager = start({ ...host, files }, config);
      return withMethods(manager, {
        download: (request, options) => downloads.run(() => manager.download(request, options)),
      });
    },
  }),
  miniature("remembers_one_plan", {
    mistake: "Forgets what a download that was killed had wanted when a second one is killed too.",
    breaks: ["LAYOUT-STRAYS"],
    shownBy: ["layout/revision_switch"],
    wrapHost: ({ files }) => ({
      files: {
        ...files,
        rename: async (source, target) => {
          // It is written whole before it is put in its place.
          if (basename(target) === "plan.json" && basename(source) !== "plan.json") {
            const plan = JSON.parse((await readText(files, source)) ?? "{}") as object;
            const text = JSON.stringify({ ...plan, earlier: [] });
            await overwriteBytes(files, source, new TextEncoder().encode(text));
          }
          await files.rename(source, target);
        },
      },
    }),
  }),
];
