import type { ErrorCode, Host, SubjectConfig } from "../../spec/mod.ts";
import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/**
 * Miniatures that break a promise about the environment, about connections or about refusals.
 */
export const connectionMiniatures: readonly Miniature[] = [
  inEnvironment("takes_blanks_literally", {
    lie: "Takes the blanks and quotes around HF_ENDPOINT for a part of the address.",
    breaks: ["HUB-ENV-BLANKS"],
    change: (env) =>
      /^[\s"']|[\s"']$/.test(env["HF_ENDPOINT"] ?? "") ? { HF_ENDPOINT: "ftp://blank" } : {},
  }),
  {
    name: "forgets_the_login",
    lie: "Does not read the token that the official login has stored.",
    breaks: ["HUB-ENV-LOGIN"],
    wrap: (subject) =>
      wrapSubject(subject, "forgets_the_login", (host, config) => {
        const open: Host["files"]["open"] = async (path, mode) => {
          if (path.endsWith("token")) throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
          return host.files.open(path, mode);
        };
        const files = new Proxy(host.files, {
          get: (target, name) => (name === "open" ? open : Reflect.get(target, name)),
        });
        return subject.start({ ...host, files }, config);
      }),
  },
  inEnvironment("sends_tokens_unasked", {
    lie: "Sends a token that the request does not name, also where that is forbidden.",
    breaks: ["HUB-ENV-IMPLICIT"],
    change: () => ({ HF_HUB_DISABLE_IMPLICIT_TOKEN: undefined }),
  }),
  inEnvironment("knows_one_name_for_offline", {
    lie: "Knows HF_HUB_OFFLINE and not TRANSFORMERS_OFFLINE.",
    breaks: ["HUB-ENV-TRANSFORMERS"],
    change: () => ({ TRANSFORMERS_OFFLINE: undefined }),
  }),
  inEnvironment("reads_names_in_no_proxy", {
    lie: "Reads plain host names in NO_PROXY, and neither addresses nor ranges.",
    breaks: ["HUB-ENV-DIRECT"],
    change: (env) => ({
      NO_PROXY: (env["NO_PROXY"] ?? "")
        .split(",")
        .filter((entry) => !/\/|^[\d.]+(?::\d+)?$|::|^\[/.test(entry.trim()))
        .join(","),
    }),
  }),
  inEnvironment("has_one_time_limit", {
    lie: "Waits as long as it always waits, whatever HF_HUB_DOWNLOAD_TIMEOUT says.",
    breaks: ["HUB-ENV-TIMEOUT"],
    change: () => ({ HF_HUB_DOWNLOAD_TIMEOUT: undefined }),
  }),
  inEnvironment("trusts_as_ever", {
    lie: "Trusts the certificates that it always trusts, whatever the variables name.",
    breaks: ["HUB-ENV-CERTIFICATES"],
    change: () => ({ REQUESTS_CA_BUNDLE: undefined, CURL_CA_BUNDLE: undefined }),
  }),
  inEnvironment("expands_nothing", {
    lie: "Takes $NAME and ~ in the cache's variables for the name of a directory.",
    breaks: ["HUB-ENV-EXPAND"],
    change: (env) =>
      Object.fromEntries(
        ["HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"].map((name) => [
          name,
          env[name]?.replace(/^(?=~)/, `${env["HOME"]}/as it is/`).replace(/\$(?=[\w{])/, "-"),
        ]),
      ),
  }),
  {
    name: "blames_the_line",
    lie: "Calls a refused certificate and a proxy's question for a password a bad connection.",
    breaks: ["DL-PERMANENT"],
    wrap: (subject) =>
      wrapSubject(subject, "blames_the_line", (host, config) => {
        const manager = subject.start(host, config);
        return wrappedManager(manager, {
          download: async (request, options) => {
            try {
              return await manager.download(request, options);
            } catch (error) {
              const code: ErrorCode | undefined = asFailure(error)?.code;
              if (code !== "certificate" && code !== "proxy") throw error;
              throw Object.assign(new Error("check your connection"), { code: "network" });
            }
          },
        });
      }),
  },
  {
    name: "tries_certificates_again",
    lie: "Tries a connection again whose certificate was refused.",
    breaks: ["DL-PERMANENT"],
    wrap: (subject) =>
      wrapSubject(subject, "tries_certificates_again", (host, config) => {
        const fetch: typeof host.fetch = (url, request) =>
          host.fetch(url, request).catch((error: unknown) => {
            if (!/CERT/.test(causeCode(error))) throw error;
            return host.fetch(url, request);
          });
        return subject.start({ ...host, fetch }, config);
      }),
  },
  {
    name: "hides_the_reason",
    lie: "Says in words of its own why the hub refuses, and not in the hub's.",
    breaks: ["HUB-REASON"],
    wrap: (subject) =>
      wrapSubject(subject, "hides_the_reason", (host, config) => {
        const fetch: typeof host.fetch = async (url, request) => {
          const { status, headers, body } = await host.fetch(url, request);
          const get = (name: string) =>
            name.toLowerCase() === "x-error-message" ? null : headers.get(name);
          return { status, headers: { get }, body };
        };
        return subject.start({ ...host, fetch }, config);
      }),
  },
];

/** A miniature that reads the environment in another way. */
function inEnvironment(
  name: string,
  options: Pick<Miniature, "lie" | "breaks"> & {
    readonly change: (env: SubjectConfig["env"]) => SubjectConfig["env"];
  },
): Miniature {
  const { change, ...words } = options;
  return {
    name,
    ...words,
    wrap: (subject) =>
      wrapSubject(subject, name, (host, config) =>
        subject.start(host, { ...config, env: { ...config.env, ...change(config.env) } }),
      ),
  };
}

function causeCode(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "";
}
