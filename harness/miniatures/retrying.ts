import type { HttpResponse } from "../../spec/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { ActiveCalls } from "./parts/active_calls.ts";
import { failure, onFailure } from "./parts/failures.ts";
import { withHeaders } from "./parts/hub_exchanges.ts";

const ATTEMPTS = 25;
const BREAKS_MAX = 5;
/** Below the least time limit for an answer. */
const SHORT_SECONDS = 3;
const TRANSFER_MS_MAX = 300_000;

/** Miniatures that handle errors of the hub and of its CDN wrongly. */
export const retryingMiniatures: readonly Miniature[] = [
  miniature("asks_at_once", {
    mistake: "Retries without a pause after an answer of 5xx.",
    breaks: ["DL-RETRY"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        for (let attempt = 1; ; attempt++) {
          const response = await host.fetch(url, request);
          const { status, headers } = response;
          // A pause that the hub asks for is the matter of another requirement.
          const isAsked = headers.get("retry-after") !== null || headers.get("ratelimit") !== null;
          if (status < 500 || isAsked || attempt >= ATTEMPTS) return response;
          for await (const _ of response.body ?? []) continue;
        }
      },
    }),
  }),
  miniature("hammers", {
    mistake: "Retries after a second, however long the hub asks it to wait.",
    breaks: ["DL-RETRY-AFTER"],
    wrapHost: ({ clock }) => ({
      clock: {
        now: () => clock.now(),
        sleep: (durationMs, signal) =>
          clock.sleep(durationMs > 30_000 ? 1_000 : durationMs, signal),
      },
    }),
  }),
  miniature("counts_all_breaks", {
    mistake: "Gives a file up when its line has broken a few times, whatever came in between.",
    breaks: ["DL-RETRY-ANEW"],
    wrapHost: (host) => {
      const asked = new Map<string, number>();
      return {
        fetch: async (url, request) => {
          const { pathname } = new URL(url);
          const count = asked.get(pathname) ?? 0;
          if (count > BREAKS_MAX) throw new TypeError("fetch failed");
          const response = await host.fetch(url, request);
          const isContent = pathname.startsWith("/lfs/") && response.status < 300;
          asked.set(pathname, count + Number(isContent));
          return response;
        },
      };
    },
  }),
  miniature("takes_the_limit_for_the_pause", {
    mistake:
      "Waits until a limit that is used up is free again, whatever pause is asked for beside it.",
    breaks: ["DL-RETRY-AFTER"],
    shownBy: ["download/asked_pauses"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const isUsedUp = /;\s*r=0/.test(response.headers.get("ratelimit") ?? "");
        return isUsedUp ? withHeaders(response, { "retry-after": undefined }) : response;
      },
    }),
  }),
  miniature("asks_for_as_many_again", {
    mistake:
      "Waits as the hub asks after an answer of 429, and goes on with as many requests at once.",
    breaks: ["DL-NARROW"],
    wrapHost: ({ fetch, clock }) => ({
      fetch: async (url, request) => {
        for (let attempt = 1; ; attempt++) {
          const response = await fetch(url, request);
          const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
          // What it would not wait for itself is left to the download.
          const isShort = seconds > 0 && seconds <= SHORT_SECONDS;
          if (response.status !== 429 || !isShort || attempt >= ATTEMPTS) return response;
          await clock.sleep(seconds * 1000, request.signal);
        }
      },
    }),
  }),
  miniature("retries_gated", {
    mistake: "Repeats a request that the hub has refused for good.",
    breaks: ["DL-NO-RETRY"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const isRefused = [401, 403, 404].includes(response.status);
        const isFinal = isRefused && response.headers.get("x-error-code") !== null;
        return isFinal ? host.fetch(url, request) : response;
      },
    }),
  }),
  miniature("gives_up_at_second_403", {
    mistake: "Resolves a file once more when its address has expired, and fails the second time.",
    breaks: ["DL-CDN-EXPIRED"],
    wrapStart: (start, { host, config }) => {
      // Outside a download, a 403 is a plain server's answer, and no address has expired.
      const downloads = new ActiveCalls();
      let refused = 0;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const isHub = url.startsWith(config.env["HF_ENDPOINT"] ?? url);
        if (downloads.isAny && !isHub && response.status === 403) refused++;
        return refused > 1 ? { ...response, status: 400, body: null } : response;
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        download: async (request, options) => {
          refused = 0;
          try {
            return await downloads.run(() => manager.download(request, options));
          } finally {
            refused = 0;
          }
        },
      });
    },
  }),
  miniature("remembers_addresses", {
    mistake: "Uses the address that a redirect gave for as long as the process runs.",
    breaks: ["DL-CDN-EXPIRED"],
    wrapHost: (host) => {
      const known = new Map<string, HttpResponse>();
      return {
        fetch: async (url, request) => {
          const before = known.get(url);
          if (before !== undefined) return before;
          const response = await host.fetch(url, request);
          const location = response.headers.get("location");
          if (!url.includes("/resolve/") || location === null) return response;
          // Only to another host: what a hub says of its own names is looked up each time.
          if (new URL(location, url).origin !== new URL(url).origin)
            known.set(url, { ...response, headers: response.headers, body: null });
          return response;
        },
      };
    },
  }),
  miniature("blames_the_network", {
    mistake: "Reports a login page as a bad connection.",
    breaks: ["ERROR-KIND"],
    shownBy: ["download/login_page"],
    wrapManager: (manager) => ({
      download: onFailure(manager, (error) => {
        if (asFailure(error)?.code !== "not-a-hub") throw error;
        throw failure("network", "Cannot download: bad connection");
      }),
    }),
  }),
  miniature("waits_a_day_for_each_byte", {
    mistake: "Waits a day for the next byte, and as long for the one after it.",
    breaks: ["DL-SPEED-FLOOR"],
    wrapStart: (start, { host, config }) => {
      const patience = { HF_HUB_DOWNLOAD_TIMEOUT: "86400" };
      return start(host, { ...config, env: { ...patience, ...config.env } });
    },
  }),
  miniature("believes_error_headers", {
    mistake: "Uses the commit that an error response names as the commit of the model.",
    breaks: ["DL-ERROR-HEADERS"],
    wrapStart: (start, { host, config }) => {
      let named: string | undefined;
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        if (response.status >= 400) named = response.headers.get("x-repo-commit") ?? named;
        return response;
      };
      const manager = start({ ...host, fetch }, config);
      return withMethods(manager, {
        download: async (request, options) => {
          named = undefined;
          const result = await manager.download(request, options);
          return { ...result, commit: named ?? result.commit };
        },
      });
    },
  }),
  miniature("wants_every_header", {
    mistake: "Discards an answer without X-Repo-Commit.",
    breaks: ["DL-FEW-HEADERS"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        // A file itself: neither a page in its place nor a redirect of some server on the way.
        const isPage = response.headers.get("content-type")?.includes("html") === true;
        const isFile = url.includes("/resolve/") && response.status === 200 && !isPage;
        const isLacking = isFile && response.headers.get("x-repo-commit") === null;
        return isLacking ? { ...response, status: 404, body: null } : response;
      },
    }),
  }),
  miniature("limits_whole_transfers", {
    mistake: "Gives a transfer five minutes in all, however well it goes on.",
    breaks: ["HUB-ENV-TIMEOUT"],
    shownBy: ["hub/slow_line"],
    wrapHost: ({ fetch, clock }) => {
      let isOver = false;
      return {
        fetch: async (url, request) => {
          if (isOver) throw failure("timeout", "Cannot fetch: the time is over");
          const response = await fetch(url, request);
          const { body, status, headers } = response;
          const beganMs = clock.now();
          const limited = async function* (chunks: AsyncIterable<Uint8Array>) {
            for await (const chunk of chunks) {
              isOver ||= clock.now() - beganMs > TRANSFER_MS_MAX;
              if (isOver) throw failure("timeout", "Cannot fetch: the time is over");
              yield chunk;
            }
          };
          return { status, headers, body: body && limited(body) };
        },
      };
    },
  }),
];
