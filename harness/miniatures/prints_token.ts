import { asFailure } from "../scenario/verdict.ts";
import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Says in its errors which token it used. */
export const printsToken: Miniature = {
  name: "prints_token",
  lie: "Says in its errors which token it used.",
  breaks: ["HUB-TOKEN-SECRET"],
  wrap: (subject) =>
    wrapSubject(subject, "prints_token", (host, config) => {
      const manager = subject.start(host, config);
      const told = async <T>(token: string | undefined, action: () => Promise<T>): Promise<T> => {
        try {
          return await action();
        } catch (error) {
          const failure = asFailure(error);
          if (failure === undefined) throw error;
          const { code, file, expected, actual } = failure;
          const used = token ?? config.env["HF_TOKEN"] ?? "none";
          const spoken = new Error(`${failure.message} (token ${used})`, { cause: failure });
          throw Object.assign(spoken, { code, file, expected, actual });
        }
      };
      return wrappedManager(manager, {
        download: (request, options) =>
          told(request.token, () => manager.download(request, options)),
        downloadUrl: (request, options) =>
          told(request.token, () => manager.downloadUrl(request, options)),
      });
    }),
};
