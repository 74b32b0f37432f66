import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Takes what an MLX runtime downloaded for right. */
export const trustsTheRuntime: Miniature = {
  name: "trusts_the_runtime",
  lie: "Takes what an MLX runtime downloaded for right.",
  breaks: ["DL-DELEGATED"],
  wrap: (subject) =>
    wrapSubject(subject, "trusts_the_runtime", (host, config) => {
      const manager = subject.start(host, config);
      const { downloadDelegated } = manager;
      return wrappedManager(manager, {
        ...(downloadDelegated && {
          downloadDelegated: async (request, options) => {
            try {
              return await downloadDelegated.call(manager, request, options);
            } catch (error) {
              const isJudged =
                error instanceof Error && "code" in error && error.code === "integrity";
              if (!isJudged) throw error;
              const directory = config.root;
              return { directory, commit: "", files: [], bytesFetched: 0, offline: false };
            }
          },
        }),
      });
    }),
};
