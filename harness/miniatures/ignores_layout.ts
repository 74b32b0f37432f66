import type { ModelRequest } from "../../spec/mod.ts";
import { lyingAnswers } from "./lying_answers.ts";

/** Puts every model into layout hubapi, also where lmstudio was asked for. */
export const ignoresLayout = lyingAnswers(
  {
    name: "ignores_layout",
    lie: "Puts every model into layout hubapi, also where lmstudio was asked for.",
    // What was migrated into the other layout is not found there either.
    breaks: ["LAYOUT-PATH", "MIGRATE-PLAN"],
  },
  (manager) => {
    const inHubapi = <Request extends ModelRequest>(request: Request): Request =>
      request.layout === "lmstudio" ? { ...request, layout: "hubapi" } : request;
    return {
      download: (request, options) => manager.download(inHubapi(request), options),
      locate: (request) => manager.locate(inHubapi(request)),
      status: (request) => manager.status(inHubapi(request)),
      verify: (request, options) => manager.verify(inHubapi(request), options),
      remove: (request) => manager.remove(inHubapi(request)),
      check: (request, options) => manager.check(inHubapi(request), options),
    };
  },
);
