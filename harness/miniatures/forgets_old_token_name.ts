import { type Miniature, wrapSubject } from "./miniature.ts";

/** Does not know the variable HUGGING_FACE_HUB_TOKEN. */
export const forgetsOldTokenName: Miniature = {
  name: "forgets_old_token_name",
  lie: "Does not know the variable HUGGING_FACE_HUB_TOKEN.",
  breaks: ["HUB-ENV-TOKEN"],
  wrap: (subject) =>
    wrapSubject(subject, "forgets_old_token_name", (host, config) => {
      const { HUGGING_FACE_HUB_TOKEN: _, ...env } = config.env;
      return subject.start(host, { ...config, env });
    }),
};
