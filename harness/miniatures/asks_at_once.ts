import { lyingHost } from "./lying_host.ts";

const ATTEMPTS = 25;

/** Asks again and again without a pause after an answer of 5xx. */
export const asksAtOnce = lyingHost(
  {
    name: "asks_at_once",
    lie: "Asks again and again without a pause after an answer of 5xx.",
    breaks: ["DL-RETRY"],
  },
  (host) => ({
    fetch: async (url, request) => {
      for (let attempt = 1; ; attempt++) {
        const response = await host.fetch(url, request);
        const { status, headers } = response;
        // A pause that is asked for is another requirement's matter.
        const isAsked = headers.get("retry-after") !== null || headers.get("ratelimit") !== null;
        if (status < 500 || isAsked || attempt >= ATTEMPTS) return response;
        for await (const _ of response.body ?? []) continue;
      }
    },
  }),
);
