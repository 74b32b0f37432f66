import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature, withMethods } from "./miniature.ts";

/** Miniatures that give a token away. */
export const tokenMiniatures: readonly Miniature[] = [
  miniature("leaks_token_to_cdn", {
    mistake: "Sends the token to every host that it is redirected to.",
    breaks: ["HUB-TOKEN-HOST"],
    wrapHost: (host) => {
      let authorization: string | undefined;
      return {
        fetch: (url, request) => {
          authorization = request.headers["authorization"] ?? authorization;
          const headers =
            authorization === undefined ? request.headers : { ...request.headers, authorization };
          return host.fetch(url, { ...request, headers });
        },
      };
    },
  }),
  miniature("takes_a_password_along", {
    mistake: "Sends the password of a plain address to the host that it is redirected to as well.",
    breaks: ["HUB-TOKEN-HOST"],
    shownBy: ["download/any_address"],
    wrapHost: (host) => {
      let password: string | undefined;
      return {
        fetch: async (url, request) => {
          const { authorization = password } = request.headers;
          if (authorization?.startsWith("Basic ") === true) password = authorization;
          const headers =
            authorization === undefined ? request.headers : { ...request.headers, authorization };
          return host.fetch(url, { ...request, headers });
        },
      };
    },
  }),
  miniature("compares_hosts_without_the_scheme", {
    mistake: "Sends the token to its host without TLS as well, where the caller lets it go there.",
    breaks: ["HUB-TOKEN-HOST"],
    shownBy: ["hub/token_host"],
    wrapHost: (host) => {
      const sent = new Map<string, string>();
      return {
        fetch: (url, request) => {
          const { host: asked, protocol } = new URL(url);
          const { authorization } = request.headers;
          if (protocol === "https:" && authorization?.startsWith("Bearer ") === true)
            sent.set(asked, authorization);
          const known = protocol === "http:" ? sent.get(asked) : undefined;
          const headers = { ...request.headers, ...(known && { authorization: known }) };
          return host.fetch(url, { ...request, headers });
        },
      };
    },
  }),
  miniature("prints_token", {
    mistake: "Names the token that it used in its errors.",
    breaks: ["HUB-TOKEN-SECRET"],
    wrapManager: (manager, { config }) => {
      const naming = async <T>(token: string | undefined, action: () => Promise<T>): Promise<T> =>
        await saying(action, () => ` (token ${token ?? config.env["HF_TOKEN"] ?? "none"})`);
      return {
        download: (request, options) =>
          naming(request.token, () => manager.download(request, options)),
        downloadUrl: (request, options) =>
          naming(request.token, () => manager.downloadUrl(request, options)),
      };
    },
  }),
  miniature("masks_the_token_once", {
    mistake: "Leaves the token out of what the hub says where it stands first, and nowhere else.",
    breaks: ["HUB-TOKEN-SECRET"],
    shownBy: ["hub/token_secret"],
    wrapStart: (start, { host, config }) => {
      let said = "";
      const fetch: typeof host.fetch = async (url, request) => {
        const response = await host.fetch(url, request);
        const { authorization = "" } = request.headers;
        const [, token] = /^Bearer (.+)$/.exec(authorization) ?? [];
        const words = response.headers.get("x-error-message");
        if (words !== null && token !== undefined) said = `: ${words.replace(token, "***")}`;
        return response;
      };
      const manager = start({ ...host, fetch }, config);
      const repeating = async <T>(action: () => Promise<T>): Promise<T> =>
        await saying(action, () => said);
      return withMethods(manager, {
        download: (request, options) => repeating(() => manager.download(request, options)),
        downloadUrl: (request, options) => repeating(() => manager.downloadUrl(request, options)),
      });
    },
  }),
];

/** Has the failures of an action say more. */
async function saying<T>(action: () => Promise<T>, more: () => string): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const failure = asFailure(error);
    if (failure === undefined) throw error;
    const { code, file, expected, actual } = failure;
    const said = new Error(`${failure.message}${more()}`, { cause: failure });
    throw Object.assign(said, { code, file, expected, actual });
  }
}
