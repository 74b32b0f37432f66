import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Answers with a token beside the most likely one. */
export const generatesOtherTokens: Miniature = {
  name: "generates_other_tokens",
  lie: "Answers with a token beside the most likely one.",
  breaks: ["LOAD-TOKENS"],
  wrap: (subject) =>
    wrapSubject(subject, "generates_other_tokens", (host, config) => {
      const manager = subject.start(host, config);
      const { generate } = manager;
      return wrappedManager(manager, {
        ...(generate && {
          generate: async (request, options) => {
            const made = await generate.call(manager, request, options);
            // A runner that is named is not the one whose numbers are wrong.
            if (Array.isArray(request.runner)) return made;
            const tokens = made.tokens.map((token) => ({ ...token, id: token.id ^ 1 }));
            return { ...made, tokens };
          },
        }),
      });
    }),
};
