import type { HttpResponse } from "../../spec/mod.ts";
import { lyingHost } from "./lying_host.ts";

/** Uses the address that a redirect gave for as long as it runs. */
export const remembersAddresses = lyingHost(
  {
    name: "remembers_addresses",
    lie: "Uses the address that a redirect gave for as long as it runs.",
    breaks: ["DL-CDN-EXPIRED"],
  },
  (host) => {
    const known = new Map<string, HttpResponse>();
    return {
      fetch: async (url, request) => {
        const before = known.get(url);
        if (before !== undefined) return before;
        const response = await host.fetch(url, request);
        const location = response.headers.get("location");
        if (!url.includes("/resolve/") || location === null) return response;
        // To another host: what a hub says of its own names is looked up each time.
        if (new URL(location, url).origin !== new URL(url).origin)
          known.set(url, { ...response, headers: response.headers, body: null });
        return response;
      },
    };
  },
);
