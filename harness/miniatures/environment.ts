import { type Miniature, miniature } from "./miniature.ts";
import { askInVain } from "./parts/hub_exchanges.ts";

const HUB = "https://huggingface.co";

/** Miniatures that misread the environment. */
export const environmentMiniatures: readonly Miniature[] = [
  miniature("ignores_cache_variables", {
    mistake: "Does not know the variable HUGGINGFACE_HUB_CACHE.",
    breaks: ["HUB-ENV-CACHE"],
    wrapStart: (start, { host, config }) =>
      start(host, { ...config, env: { ...config.env, HUGGINGFACE_HUB_CACHE: undefined } }),
  }),
  miniature("empty_is_set", {
    mistake: "Treats a variable that is set to the empty string as set.",
    breaks: ["HUB-ENV-EMPTY"],
    wrapStart: (start, { host, config }) => {
      const { HUGGING_FACE_HUB_TOKEN: old, ...rest } = config.env;
      // An empty token hides that of the old name, and an empty switch is on.
      const isHidden = rest["HF_TOKEN"] === "" || old === undefined;
      const env = {
        ...rest,
        ...(isHidden ? {} : { HUGGING_FACE_HUB_TOKEN: old }),
        ...(rest["HF_HUB_OFFLINE"] === "" ? { HF_HUB_OFFLINE: "1" } : {}),
      };
      return start(host, { ...config, env });
    },
  }),
  miniature("ignores_endpoint", {
    mistake: "Asks huggingface.co about a model first, whatever hub was named.",
    breaks: ["HUB-ENV-ENDPOINT"],
    wrapHost: (host) => ({
      fetch: async (url, request) => {
        const { origin, pathname } = new URL(url);
        if (pathname.startsWith("/api/models/") && origin !== HUB) {
          const { signal } = request;
          const question = { method: "GET", headers: {}, ...(signal && { signal }) } as const;
          await host.fetch(HUB + pathname, question).catch(() => {});
        }
        return host.fetch(url, request);
      },
    }),
  }),
  miniature("asks_when_offline", {
    mistake: "Asks the hub once although HF_HUB_OFFLINE forbids it.",
    breaks: ["HUB-ENV-OFFLINE"],
    wrapManager: (manager, { host, config }) => ({
      download: async (request, options) => {
        if (/^(?:1|on|yes|true)$/i.test(config.env["HF_HUB_OFFLINE"] ?? ""))
          await askInVain(host, config, `api/models/${request.repository}`);
        return manager.download(request, options);
      },
    }),
  }),
  miniature("asks_for_commits_when_offline", {
    mistake: "Asks which commit a branch is although HF_HUB_OFFLINE forbids it.",
    breaks: ["HUB-ENV-OFFLINE"],
    shownBy: ["hub/switched_off"],
    wrapManager: (manager, { host, config }) => ({
      latestCommit: async (request, options) => {
        if (/^(?:1|on|yes|true)$/i.test(config.env["HF_HUB_OFFLINE"] ?? ""))
          await askInVain(host, config, `api/models/${request.repository}`);
        return (await manager.latestCommit?.(request, options)) ?? "";
      },
    }),
  }),
  miniature("goes_direct", {
    mistake: "Uses no proxy, whatever the environment says.",
    breaks: ["HUB-ENV-PROXY"],
    wrapHost: (host) => ({
      fetch: (url, { method, headers, signal }) =>
        host.fetch(url, { method, headers, ...(signal && { signal }) }),
    }),
  }),
  miniature("forgets_old_token_name", {
    mistake: "Does not know the variable HUGGING_FACE_HUB_TOKEN.",
    breaks: ["HUB-ENV-TOKEN"],
    wrapStart: (start, { host, config }) => {
      const { HUGGING_FACE_HUB_TOKEN: _, ...env } = config.env;
      return start(host, { ...config, env });
    },
  }),
  miniature("counts_no_word_as_a_time", {
    mistake: "Takes a time limit that is no number for one that is over at once.",
    breaks: ["ERROR-KIND"],
    shownBy: ["hub/time_limit"],
    wrapStart: (start, { host, config }) => {
      const { HF_HUB_DOWNLOAD_TIMEOUT: limit = "", ...env } = config.env;
      if (!Number.isNaN(Number(limit))) return start(host, config);
      const fetch: typeof host.fetch = async (url, request) => {
        if (url.includes("/resolve/")) throw new TypeError("fetch failed");
        return host.fetch(url, request);
      };
      return start({ ...host, fetch }, { ...config, env });
    },
  }),
];
