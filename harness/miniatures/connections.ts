import type { ErrorCode, HttpResponse, RequirementId, SubjectConfig } from "../../spec/mod.ts";
import { diskError, wrapFiles } from "../disk/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";

/** Miniatures that know few of the environment's forms, or that misread failed connections and refusals. */
export const connectionMiniatures: readonly Miniature[] = [
  readsOtherwise("takes_blanks_literally", {
    mistake: "Treats blanks and quotes around HF_ENDPOINT as a part of the address.",
    breaks: ["HUB-ENV-BLANKS"],
    change: (env) =>
      /^[\s"']|[\s"']$/.test(env["HF_ENDPOINT"] ?? "") ? { HF_ENDPOINT: "ftp://blank" } : {},
  }),
  miniature("forgets_the_login", {
    mistake: "Does not read the token that the official login has stored.",
    breaks: ["HUB-ENV-LOGIN"],
    wrapHost: ({ files }) => ({
      files: wrapFiles(files, async ({ operation, path }, next) => {
        if (operation === "open" && path.endsWith("token")) throw diskError("ENOENT", "open", path);
        return next();
      }),
    }),
  }),
  readsOtherwise("sends_tokens_unasked", {
    mistake: "Sends a token that the request does not name, although that is forbidden.",
    breaks: ["HUB-ENV-IMPLICIT"],
    change: () => ({ HF_HUB_DISABLE_IMPLICIT_TOKEN: undefined }),
  }),
  readsOtherwise("knows_one_name_for_offline", {
    mistake: "Does not know the variable TRANSFORMERS_OFFLINE.",
    breaks: ["HUB-ENV-TRANSFORMERS"],
    change: () => ({ TRANSFORMERS_OFFLINE: undefined }),
  }),
  readsOtherwise("reads_names_in_no_proxy", {
    mistake: "Reads host names in NO_PROXY, and neither addresses nor ranges.",
    breaks: ["HUB-ENV-DIRECT"],
    change: (env) => ({
      NO_PROXY: (env["NO_PROXY"] ?? "")
        .split(",")
        .filter((entry) => !/\/|^[\d.]+(?::\d+)?$|::|^\[/.test(entry.trim()))
        .join(","),
    }),
  }),
  readsOtherwise("has_one_time_limit", {
    mistake: "Waits as long as it always waits, whatever HF_HUB_DOWNLOAD_TIMEOUT says.",
    breaks: ["HUB-ENV-TIMEOUT"],
    change: () => ({ HF_HUB_DOWNLOAD_TIMEOUT: undefined }),
  }),
  readsOtherwise("trusts_as_ever", {
    mistake: "Does not know the variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
    breaks: ["HUB-ENV-CERTIFICATES"],
    change: () => ({ REQUESTS_CA_BUNDLE: undefined, CURL_CA_BUNDLE: undefined }),
  }),
  readsOtherwise("expands_nothing", {
    mistake: "Reads $NAME and ~ in the cache's variables as the name of a directory.",
    breaks: ["HUB-ENV-EXPAND"],
    change: (env) =>
      Object.fromEntries(
        ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"].map((name) => [
          name,
          env[name]?.replace(/^(?=~)/, `${env["HOME"]}/as it is/`).replace(/\$(?=[\w{])/, "-"),
        ]),
      ),
  }),
  miniature("resolves_once", {
    mistake: "Sticks to the commit that the hub named first, also where that is gone.",
    breaks: ["DL-STALE"],
    wrapHost: ({ fetch }) => {
      let missing: HttpResponse | undefined;
      return {
        fetch: async (url, request) => {
          const { pathname } = new URL(url);
          // Who has learned that a commit is gone is told so again, instead of another commit.
          if (pathname.includes("/revision/") && missing !== undefined) {
            const { status, headers } = missing;
            return { status, headers, body: null };
          }
          const response = await fetch(url, request);
          if (response.status === 404 && /\/[0-9a-f]{40}(?:\/|$)/.test(pathname))
            missing = response;
          return response;
        },
      };
    },
  }),
  miniature("waits_for_silence", {
    mistake: "Waits for a silent hub for a minute, with a complete copy at hand.",
    breaks: ["OFF-SOON"],
    wrapManager: (manager, { host }) => ({
      download: async (request, options) => {
        const result = await manager.download(request, options);
        if (result.offline) await host.clock.sleep(60_000, options?.signal);
        return result;
      },
    }),
  }),
  miniature("downloads_the_page_of_a_model", {
    mistake: "Says that it has downloaded a model of which it was given the page.",
    breaks: ["DL-PAGE-FILE"],
    wrapManager: (manager) => ({
      downloadUrl: async (request, options) => {
        const isPage = /\/(?:tree|commits|discussions)\b/.test(request.url);
        if (!isPage) return manager.downloadUrl(request, options);
        return { directory: "", commit: "", files: [], bytesFetched: 0, offline: false };
      },
    }),
  }),
  miniature("keeps_pages", {
    mistake: "Keeps a web page under the name of the file that was asked for.",
    breaks: ["DL-NO-PAGE"],
    wrapHost: ({ fetch }) => ({
      fetch: async (url, request) => {
        const { status, headers, body } = await fetch(url, request);
        const isPlain = !/\/(?:api|resolve)\//.test(new URL(url).pathname) && status === 200;
        const get = (name: string) =>
          isPlain && name.toLowerCase() === "content-type" ? null : headers.get(name);
        return { status, headers: { get }, body };
      },
    }),
  }),
  miniature("believes_the_type_of_a_page", {
    mistake: "Keeps a web page as weights where the server calls it bytes.",
    breaks: ["DL-NO-PAGE"],
    shownBy: ["download/page_for_a_file"],
    wrapHost: ({ fetch }) => ({
      fetch: async (url, request) => {
        const { status, headers, body } = await fetch(url, request);
        return { status, headers, body: body && noPage(body) };
      },
    }),
  }),
  miniature("succeeds_with_nothing", {
    mistake: "Calls it a success when no file matches the patterns.",
    breaks: ["DL-NO-MATCH"],
    wrapManager: (manager, { config }) => ({
      download: async (request, options) => {
        try {
          return await manager.download(request, options);
        } catch (error) {
          const isChosen = request.include !== undefined || request.exclude !== undefined;
          if (!isChosen || asFailure(error)?.code !== "file-not-found") throw error;
          const nothing = { commit: "", files: [], bytesFetched: 0, offline: false };
          return { directory: config.root, ...nothing };
        }
      },
    }),
  }),
  miniature("lists_all_or_nothing", {
    mistake: "Lists no model when one directory may not be read.",
    breaks: ["MANAGE-UNREADABLE"],
    wrapStart: (start, { host, config }) => {
      let refused: unknown;
      const files = wrapFiles(host.files, async ({ operation }, next) => {
        try {
          return await next();
        } catch (error) {
          if (operation === "readdir" && isRefused(error)) refused = error;
          throw error;
        }
      });
      const manager = start({ ...host, files }, config);
      return withMethods(manager, {
        list: async () => {
          refused = undefined;
          const models = await manager.list();
          if (refused === undefined) return models;
          throw Object.assign(new Error("Cannot list"), { code: "access-denied" });
        },
      });
    },
  }),
  miniature("blames_the_line", {
    mistake: "Calls a refused certificate, or a proxy that asks for a password, a bad connection.",
    breaks: ["ERROR-KIND"],
    wrapManager: (manager) => ({
      download: async (request, options) => {
        try {
          return await manager.download(request, options);
        } catch (error) {
          const code: ErrorCode | undefined = asFailure(error)?.code;
          if (code !== "certificate" && code !== "proxy") throw error;
          throw Object.assign(new Error("check your connection"), { code: "network" });
        }
      },
    }),
  }),
  miniature("tries_certificates_again", {
    mistake: "Tries a connection again whose certificate was refused.",
    breaks: ["DL-PERMANENT"],
    wrapHost: ({ fetch }) => ({
      fetch: (url, request) =>
        fetch(url, request).catch((error: unknown) => {
          if (!causeCode(error).includes("CERT")) throw error;
          return fetch(url, request);
        }),
    }),
  }),
  miniature("hides_the_reason", {
    mistake: "Does not pass on why the hub refuses.",
    breaks: ["HUB-REASON"],
    wrapHost: ({ fetch }) => ({
      fetch: async (url, request) => {
        const { status, headers, body } = await fetch(url, request);
        const get = (name: string) =>
          name.toLowerCase() === "x-error-message" ? null : headers.get(name);
        return { status, headers: { get }, body };
      },
    }),
  }),
];

/** A miniature that reads the environment in another way. */
function readsOtherwise(
  name: string,
  options: {
    readonly mistake: string;
    readonly breaks: readonly RequirementId[];
    readonly change: (env: SubjectConfig["env"]) => SubjectConfig["env"];
  },
): Miniature {
  const { mistake, breaks, change } = options;
  return miniature(name, {
    mistake,
    breaks,
    wrapStart: (start, { host, config }) =>
      start(host, { ...config, env: { ...config.env, ...change(config.env) } }),
  });
}

/** A page that begins with a character that no text has. */
async function* noPage(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const piece of body)
    yield String.fromCharCode(piece[0] ?? 0) === "<" ? piece.with(0, 0) : piece;
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E(?:ACCES|PERM)$/.test(String(error.code));
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
