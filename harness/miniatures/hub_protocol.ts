import { dirname } from "node:path";
import { DEFAULT_PATTERNS, fnmatch } from "../../spec/mod.ts";
import { makeDirectories } from "../disk/mod.ts";
import { encodePath } from "../hub/hub_route.ts";
import { asFailure } from "../scenario/verdict.ts";
import { modelPlace } from "../scenario_parts/places.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { emptyResult, failure, onFailure } from "./parts/failures.ts";
import {
  askInVain,
  changingListings,
  type ListedEntry,
  withHeaders,
} from "./parts/hub_exchanges.ts";

/** Limits of what is followed or held, so that a scenario ends. */
const LIMITS = { hops: 200, bytes: 3 * 1024 * 1024, chunks: 12_000 } as const;

/** As Hugging Face names the next page. */
const PLAIN_LINK_REGEXP = /^<https?:[^>]*>; rel="next"$/;

/** Miniatures that misread the hub's protocol. */
export const hubProtocolMiniatures: readonly Miniature[] = [
  miniature("follows_into_clear_text", {
    mistake: "Follows a redirect from https to http.",
    breaks: ["HUB-SECURE"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const location = response.headers.get("location");
        const isInClear = url.startsWith("https:") && location?.startsWith("http:") === true;
        return isInClear ? host.fetch(location, request) : response;
      },
    }),
  }),
  miniature("forgets_a_step_to_tls", {
    mistake: "Follows a redirect from https to http where one led from http to https before.",
    breaks: ["HUB-SECURE"],
    shownBy: ["hub/sent_in_clear"],
    wrapHost: (host) => {
      const reached = new Set<string>();
      return {
        fetch: async (url, request) => {
          const response = await host.fetch(url, request);
          const location = response.headers.get("location");
          const target = location === null ? "" : new URL(location, url).href;
          if (url.startsWith("http:") && target.startsWith("https:")) reached.add(target);
          const isInClear = reached.has(url) && target.startsWith("http:");
          return isInClear ? host.fetch(target, request) : response;
        },
      };
    },
  }),
  miniature("requests_directories", {
    mistake: "Asks for directories with the name of a wanted file as if they were files.",
    breaks: ["HUB-DIRECTORIES"],
    wrapHost: (host) => ({
      fetch: changingListings(host.fetch, async (entries, url) => {
        const [, repository, commit] = /\/api\/models\/(.+)\/tree\/([^/?]+)/.exec(url) ?? [];
        for (const path of repository === undefined ? [] : wantedDirectories(entries)) {
          const address = `/${repository}/resolve/${commit}/${encodePath(path)}`;
          const question = { method: "HEAD", headers: {} } as const;
          await host.fetch(new URL(address, url).href, question).catch(() => {});
        }
        return entries;
      }),
    }),
  }),
  miniature("follows_for_ever", {
    mistake: "Follows redirects within one host without counting them.",
    breaks: ["HUB-HOPS"],
    wrapHost: (host) => {
      let hopsMax: number = LIMITS.hops;
      return {
        fetch: async (url, request) => {
          let at = url;
          for (let hops = 0; ; hops++) {
            const response = await host.fetch(at, request);
            const location = response.headers.get("location");
            const next = location === null ? undefined : new URL(location, at);
            const isNear = next?.origin === new URL(at).origin && response.status < 400;
            if (next === undefined || !isNear || hops >= hopsMax) {
              // Once is enough to be seen, and each further time would take a while.
              if (hops >= hopsMax) hopsMax = 0;
              return response;
            }
            at = next.href;
          }
        },
      };
    },
  }),
  miniature("swallows_bodies", {
    mistake: "Reads a body of unknown length into memory before it looks at it.",
    breaks: ["HUB-LIMIT-FILE", "HUB-LIMIT-INFLATE", "DL-MAX-SIZE"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const { status, headers, body } = response;
        const isContent = status < 300 && !url.includes("/api/models/");
        const isOpen = isContent && headers.get("content-length") === null;
        return body === null || !isOpen ? response : { status, headers, body: swallowed(body) };
      },
    }),
  }),
  miniature("stops_at_first_page", {
    mistake: "Treats the first page of a listing as the whole.",
    // A subject that never looks at the second page does not notice that there is no last one, and reports the repository as
    // incomplete.
    // The normal download that comes after an attack is listed in pages too, and is not whole then.
    breaks: ["HUB-PAGES", "ERROR-KIND", "DL-NOT-A-HUB"],
    shownBy: ["hub/listing_pages", "hub/endless_listing", "hub/hostile"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        // The other forms are another miniature's.
        const isPlain = PLAIN_LINK_REGEXP.test(response.headers.get("link") ?? "");
        return isPlain ? withHeaders(response, { link: undefined }) : response;
      },
    }),
  }),
  miniature("reads_one_link_form", {
    mistake: "Reads the `Link` header as Hugging Face spells it, and no other form.",
    breaks: ["HUB-LINK-FORMS"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const isRead = PLAIN_LINK_REGEXP.test(response.headers.get("link") ?? "");
        return isRead ? response : withHeaders(response, { link: undefined });
      },
    }),
  }),
  miniature("settles_for_no_listing", {
    mistake: "Treats a listing without end as a model without files.",
    breaks: ["HUB-LIMIT-LISTING"],
    wrapStart: (start, { host, config }) => {
      let isListing = false;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        isListing = response.status === 200 && url.includes("/tree/");
        return response;
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        download: onFailure(manager, (error) => {
          if (!isListing || asFailure(error)?.code !== "limit-exceeded") throw error;
          return emptyResult(config.root);
        }),
      });
    },
  }),
  miniature("knows_two_redirects", {
    mistake: "Follows the redirects 302 and 307 and treats the others as errors.",
    breaks: ["HUB-REDIRECT"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        return [301, 303, 308].includes(response.status) ? { ...response, status: 400 } : response;
      },
    }),
  }),
  miniature("takes_new_name", {
    mistake: "Keeps a renamed repository under its new name.",
    breaks: ["HUB-RENAMED"],
    wrapStart: (start, { host, config }) => {
      const renamed = new Map<string, string>();
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const [from, to] = [url, response.headers.get("location") ?? ""].map(repositoryIn);
        if (from !== undefined && to !== undefined && from.toLowerCase() !== to.toLowerCase())
          renamed.set(from, to);
        return response;
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        download: async (request, options) => {
          const result = await manager.download(request, options);
          const name = renamed.get(request.repository);
          if (name === undefined) return result;
          const directory = modelPlace(config, name);
          await makeDirectories(host.files, dirname(directory));
          await host.files.rename(result.directory, directory);
          return { ...result, directory };
        },
      });
    },
  }),
  miniature("lists_to_compare", {
    mistake: "Lists the files of a model to find out whether it has changed.",
    breaks: ["HUB-LATEST"],
    wrapManager: (manager, { host, config }) => ({
      latestCommit: async (request, options) => {
        const commit = await manager.latestCommit?.(request, options);
        if (commit === undefined) throw failure("unsupported", "It answers no such question");
        await askInVain(host, config, `api/models/${request.repository}/tree/${commit}`);
        return commit;
      },
    }),
  }),
];

function wantedDirectories(entries: readonly ListedEntry[]): string[] {
  return entries
    .filter(({ type }) => type === "directory")
    .map(({ path }) => String(path))
    .filter((path) => DEFAULT_PATTERNS.some((pattern) => fnmatch(pattern, path)));
}

async function* swallowed(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const taken: Uint8Array[] = [];
  let bytes = 0;
  let broken: { readonly error: unknown } | undefined;
  try {
    for await (const chunk of body) {
      taken.push(chunk);
      bytes += chunk.length;
      if (bytes > LIMITS.bytes || taken.length > LIMITS.chunks) break;
    }
  } catch (error) {
    // What came before the break is passed on first, as it would be without the mistake.
    broken = { error };
  }
  yield* taken;
  if (broken !== undefined) throw broken.error;
}

function repositoryIn(url: string): string | undefined {
  return /\/api\/models\/([^/]+\/[^/]+)\/revision\//.exec(decodeURI(url))?.[1];
}
