import { type Miniature, wrapSubject } from "./miniature.ts";

/** Does not know the older name of the cache's variable. */
export const ignoresCacheVariables: Miniature = {
  name: "ignores_cache_variables",
  lie: "Does not know the older name of the cache's variable.",
  breaks: ["HUB-ENV-CACHE"],
  wrap: (subject) =>
    wrapSubject(subject, "ignores_cache_variables", (host, config) =>
      subject.start(host, { ...config, env: { ...config.env, HUGGINGFACE_HUB_CACHE: undefined } }),
    ),
};
