import { type Miniature, wrapSubject } from "./miniature.ts";

/** Takes a variable that is set to the empty string for one that is set. */
export const emptyIsSet: Miniature = {
  name: "empty_is_set",
  lie: "Takes a variable that is set to the empty string for one that is set.",
  breaks: ["HUB-ENV-EMPTY"],
  wrap: (subject) =>
    wrapSubject(subject, "empty_is_set", (host, config) => {
      const { HUGGING_FACE_HUB_TOKEN: old, ...rest } = config.env;
      // An empty token stands before the old name's, and an empty switch is on.
      const isHidden = rest["HF_TOKEN"] === "" || old === undefined;
      const env = {
        ...rest,
        ...(isHidden ? {} : { HUGGING_FACE_HUB_TOKEN: old }),
        ...(rest["HF_HUB_OFFLINE"] === "" ? { HF_HUB_OFFLINE: "1" } : {}),
      };
      return subject.start(host, { ...config, env });
    }),
};
