import { type Miniature, wrapSubject } from "./miniature.ts";
import { wrappedManager } from "./wrapped_manager.ts";

/** Calls every directory loadable. */
export const callsAnythingLoadable: Miniature = {
  name: "calls_anything_loadable",
  lie: "Calls every directory loadable.",
  breaks: [
    "LOAD-CONFIG",
    "LOAD-TRUNCATED",
    "LOAD-TRAILING",
    "LOAD-ZEROED",
    "LOAD-NAN",
    "LOAD-FLIPPED",
    "LOAD-SIDECAR",
    "LOAD-POINTER",
    "LOAD-HTML",
    "LOAD-EMPTY",
    "LOAD-EVICTED",
    "LOAD-LINK",
    "LOAD-EXTENTS",
    "LOAD-HEADER",
    "LOAD-SHAPES",
    "LOAD-SHARD",
    "LOAD-TENSORS",
    "LOAD-STRAY",
    "LOAD-TOKENIZER",
    "LOAD-TEMPLATE",
    // What a crash left unfinished is loadable to it as well.
    "DUR-STATES",
  ],
  wrap: (subject) =>
    wrapSubject(subject, "calls_anything_loadable", (host, config) => {
      const manager = subject.start(host, config);
      return wrappedManager(manager, {
        check: async (request, options) => ({
          ...(await manager.check(request, options)),
          loadable: true,
          findings: [],
        }),
      });
    }),
};
