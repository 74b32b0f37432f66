import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, miniature } from "./miniature.ts";

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
      const naming = async <T>(token: string | undefined, action: () => Promise<T>): Promise<T> => {
        try {
          return await action();
        } catch (error) {
          const failure = asFailure(error);
          if (failure === undefined) throw error;
          const { code, file, expected, actual } = failure;
          const used = token ?? config.env["HF_TOKEN"] ?? "none";
          const message = `${failure.message} (token ${used})`;
          throw Object.assign(new Error(message, { cause: failure }), {
            code,
            file,
            expected,
            actual,
          });
        }
      };
      return {
        download: (request, options) =>
          naming(request.token, () => manager.download(request, options)),
        downloadUrl: (request, options) =>
          naming(request.token, () => manager.downloadUrl(request, options)),
      };
    },
  }),
];
