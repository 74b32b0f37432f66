import type { HttpResponse } from "../../spec/mod.ts";
import { lyingHost } from "./lying_host.ts";

/** Resolves a branch once and for ever. */
export const trustsItsFirstAnswer = lyingHost(
  {
    name: "trusts_its_first_answer",
    lie: "Resolves a branch once and for ever.",
    breaks: ["DL-NEW-COMMIT"],
  },
  (host) => {
    const known = new Map<string, readonly Uint8Array[]>();
    return {
      fetch: async (url, request): Promise<HttpResponse> => {
        if (!/\/api\/models\/[^?]*\/revision\/[^/]+$/.test(url)) return host.fetch(url, request);
        let chunks = known.get(url);
        let headers: HttpResponse["headers"] = { get: () => null };
        if (chunks === undefined) {
          const response = await host.fetch(url, request);
          if (response.status !== 200) return response;
          const taken: Uint8Array[] = [];
          for await (const chunk of response.body ?? []) taken.push(chunk);
          chunks = taken;
          headers = response.headers;
          // A page in place of an answer is nothing to trust.
          if (taken[0]?.[0] === "{".charCodeAt(0)) known.set(url, taken);
        }
        return { status: 200, headers, body: ReadableStream.from(chunks) };
      },
    };
  },
);
