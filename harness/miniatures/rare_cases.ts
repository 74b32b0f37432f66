import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";
import { withHeaders } from "./parts/hub_exchanges.ts";
import { objectOf, refused, serving } from "./parts/served_answers.ts";

/** The most that some servers read of an address. */
const TARGET_LENGTH_MAX = 8192;
/** Pauses of a client's own are shorter. */
const ASKED_PAUSE_MS = 50_000;

/** Miniatures that are right in the usual case, and forget one beside it. */
export const rareCaseMiniatures: readonly Miniature[] = [
  miniature("looks_at_one_limit", {
    mistake: "Takes a limit that is not used up for leave to come back, whatever else is asked.",
    breaks: ["DL-RETRY-AFTER"],
    shownBy: ["download/asked_pauses"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const hasRest = /;\s*r=[1-9]/.test(response.headers.get("ratelimit") ?? "");
        return hasRest ? withHeaders(response, { "retry-after": undefined }) : response;
      },
    }),
  }),
  miniature("takes_a_part_that_says_nothing", {
    mistake: "Believes a part that does not say where it starts.",
    breaks: ["DL-RESUME-RANGE"],
    shownBy: ["download/wrong_part"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const from = /^bytes=(\d+)-/.exec(request.headers["range"] ?? "")?.[1];
        const said = response.headers.get("content-range") ?? "";
        if (response.status !== 206 || from === undefined || /^bytes \d/.test(said))
          return response;
        return withHeaders(response, { "content-range": `bytes ${from}-${from}/*` });
      },
    }),
  }),
  miniature("joins_two_versions", {
    mistake: "Leaves it to the server to say that the rest of a plain file is of another version.",
    breaks: ["DL-OTHER-WAY"],
    shownBy: ["download/any_server"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        return response.status === 206 ? withHeaders(response, { etag: undefined }) : response;
      },
    }),
  }),
  miniature("stops_at_an_empty_page", {
    mistake: "Takes a page without entries for the last one.",
    breaks: ["HUB-PAGES"],
    shownBy: ["hub/listing_pages"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const response = await host.fetch(url, request);
        const isEmpty = response.headers.get("content-length") === "2";
        return isEmpty && url.includes("/tree/")
          ? withHeaders(response, { link: undefined })
          : response;
      },
    }),
  }),
  miniature("asks_behind_again", {
    mistake: "Takes each refusal behind a redirect for an address that has expired.",
    breaks: ["DL-NO-RETRY"],
    shownBy: ["hub/refused_behind"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        for (let attempt = 1; ; attempt++) {
          const response = await host.fetch(url, request);
          const isRefused = response.status >= 400 && response.status < 500;
          if (!isRefused || !url.includes("/api/resolve-cache/") || attempt === 4) return response;
          for await (const _ of response.body ?? []) continue;
        }
      },
    }),
  }),
  miniature("has_a_proxy_for_tls_alone", {
    mistake: "Reads the proxy for all where an address is https, and not where it is http.",
    breaks: ["HUB-ENV-PROXY"],
    shownBy: ["hub/proxies"],
    wrapHost: (host, { config: { env } }) => ({
      fetch: (url, { proxy, ...request }) => {
        const isOfAll = !(env["HTTP_PROXY"] || env["http_proxy"]);
        const isLost = proxy === undefined || (url.startsWith("http:") && isOfAll);
        return host.fetch(url, isLost ? request : { ...request, proxy });
      },
    }),
  }),
  miniature("logs_in_for_models_alone", {
    mistake: "Sends the token of the login with models, and not with the address of a file.",
    breaks: ["HUB-ENV-LOGIN"],
    shownBy: ["hub/stored_token"],
    wrapHost: (host, { config: { env } }) => ({
      fetch: (url, request) => {
        const isNamed = Boolean(env["HF_TOKEN"] || env["HUGGING_FACE_HUB_TOKEN"]);
        const { authorization = "", ...headers } = request.headers;
        const isKept = authorization === "" || isNamed || !url.includes("/resolve/main/");
        return host.fetch(url, isKept ? request : { ...request, headers });
      },
    }),
  }),
  miniature("waits_half_a_minute_at_least", {
    mistake: "Takes a time limit that is below its own for too short.",
    breaks: ["HUB-ENV-TIMEOUT"],
    shownBy: ["hub/time_limit"],
    wrapStart: (start, { host, config }) => {
      const { HF_HUB_DOWNLOAD_TIMEOUT: limit, ...env } = config.env;
      const isShort = limit !== undefined && Number(limit) < 30;
      return start(host, isShort ? { ...config, env } : config);
    },
  }),
  miniature("waits_out_a_pause", {
    mistake: "Hears of a cancel when a pause that a server asked for is over.",
    breaks: ["DL-CANCEL"],
    shownBy: ["download/cancel"],
    wrapStart: (start, { host, config }) => {
      const { clock } = host;
      let plain = 0;
      const sleep: typeof clock.sleep = (durationMs, signal) =>
        plain > 0 && durationMs > ASKED_PAUSE_MS
          ? clock.sleep(durationMs)
          : clock.sleep(durationMs, signal);
      const manager = start(
        { ...host, clock: { ...clock, now: () => clock.now(), sleep } },
        config,
      );
      return withMethods(manager, {
        downloadUrl: async (request, options) => {
          plain++;
          try {
            return await manager.downloadUrl(request, options);
          } finally {
            plain--;
          }
        },
      });
    },
  }),
  miniature("begins_again_for_links", {
    mistake: "Shows nothing done at first where the hub's own cache has the contents.",
    breaks: ["DL-PROGRESS-RESUME"],
    shownBy: ["interop/lost_links"],
    wrapManager: (manager) => ({
      download: (request, options = {}) => {
        const { onProgress } = options;
        if (request.layout !== "hf-cache" || onProgress === undefined)
          return manager.download(request, options);
        let isFirst = true;
        return manager.download(request, {
          ...options,
          onProgress: (report) => {
            if (isFirst) onProgress({ ...report, phase: "transfer", bytesDone: 0, fraction: 0 });
            isFirst = false;
            onProgress(report);
          },
        });
      },
    }),
  }),
  miniature("offers_the_commit_it_saw_first", {
    mistake: "Looks for other commits of a model that it offers never again.",
    breaks: ["SERVE-WHOLE"],
    shownBy: ["serve/later_revision"],
    wrapManager: (manager) => {
      let first: unknown;
      return serving(manager, async (request, server) => {
        const answer = await server.answer(request);
        if (!request.target.includes("/Offered-Twice-4bit") || answer.status !== 200) return answer;
        const { sha } = (await objectOf(await server.answer(request))) as { sha?: unknown };
        first ??= sha;
        return sha === first ? answer : refused(404, "RevisionNotFound");
      });
    },
  }),
  miniature("measures_before_it_asks_who", {
    mistake: "Refuses an address that is too long before it looks at the token.",
    breaks: ["SERVE-TOKEN"],
    shownBy: ["serve/token"],
    wrapManager: (manager) =>
      serving(manager, async (request, server) =>
        request.target.length > TARGET_LENGTH_MAX
          ? refused(414, "TooLong")
          : server.answer(request),
      ),
  }),
  miniature("writes_on_behind_progress", {
    mistake: "Prints the message of a failure behind the progress that it showed.",
    breaks: ["CMD-TERMINAL"],
    shownBy: ["command_line/terminal"],
    wrapManager: (manager) => {
      const { command } = manager;
      if (command === undefined) return {};
      return {
        command: async (request, options) => {
          const result = await command.call(manager, request, options);
          if (result.exitCode === 0) return result;
          // eslint-disable-next-line no-control-regex -- what clears the line
          const stderr = result.stderr.replace(/\r\u001b\[K(?=[^\r]*$)/, "");
          return { ...result, stderr };
        },
      };
    },
  }),
  miniature("keeps_its_first_plan", {
    mistake: "Names what the first download lacked, whatever was asked for since.",
    breaks: ["OFF-INCOMPLETE"],
    shownBy: ["offline/interrupted_twice"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        try {
          return await manager.download(request, options);
        } catch (error) {
          const failure = asFailure(error);
          if (failure === undefined || !request.repository.includes("Interrupted-Twice"))
            throw error;
          const asOfOld = (text = "") => text.replaceAll("new-", "old-");
          const { code, expected } = failure;
          throw Object.assign(new Error(asOfOld(failure.message)), {
            code,
            file: asOfOld(failure.file),
            ...(expected !== undefined && { expected }),
            actual: asOfOld(failure.actual),
          });
        }
      },
    }),
  }),
];
