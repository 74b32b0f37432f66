/**
 * A hub over TLS sends its client to an address in clear text: at once, behind another step over TLS, or after a hub in clear text
 * has sent the client there, as many do.
 *
 * Invariants checked:
 * - No request arrives there, whatever is asked for: the description, the listing, one of its next pages
 *   or a file.
 */
import fc from "fast-check";
import type { Fetch, HttpResponse } from "../../spec/mod.ts";
import { answeredBy, settled } from "../../harness/internal.ts";
import { anySmallModel, NotApplicable, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Cleartext-4bit";
/** By which programs are told which certificates to trust. */
const CERTIFICATE_VARIABLES = [
  "SSL_CERT_FILE",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "NODE_EXTRA_CA_CERTS",
];
const KINDS = {
  "the description": /\/api\/models\/[^?]*\/revision\//,
  "the listing": /\/api\/models\/[^?]*\/tree\//,
  "the next page": /\/api\/models\/[^?]*\/tree\//,
  "a later page": /\/api\/models\/[^?]*\/tree\//,
  "a file": /\/resolve\//,
} as const;

/** Steps before the one into clear text; each starts or ends over TLS. */
const BEFORE = ["nothing", "nothing", "a step over TLS", "a step to TLS"] as const;
/** Where a step within the hub leads. */
const FURTHER = "/further";
/** Where nobody may arrive. */
const ASTRAY = "/astray";

export const sentInClear = scenario({
  name: "hub/sent_in_clear",
  covers: ["HUB-SECURE"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    what: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
    status: fc.constantFrom(301, 302, 303, 307, 308),
    before: fc.constantFrom(...BEFORE),
    /** What a caller allows by it is nothing. */
    allowed: fc.constantFrom(undefined, undefined, "0", "no"),
  },
  world: () => ({ certificate: "sound", style: { pageSize: 1 } }),
  // A client may refuse a hub in clear text.
  goals: ["the hub named an address in clear text", "a step over TLS"],
  async check({ model, what, status, allowed, ...given }, world, verdict) {
    const { hub, clearOrigin } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // Some ask for the path of a next page at the endpoint that they were given, whoever named it.
    const isOfPages = what.endsWith("page") && given.before === "a step to TLS";
    const before = isOfPages ? "a step over TLS" : given.before;
    const arrived: string[] = [];
    let isNamed = false;
    let asked = 0;
    const relay = (fetch: Fetch): Fetch => {
      const honest = answeredBy(fetch, { host: clearOrigin, hub: hub.endpoint });
      return async (url, request) => {
        const { origin, pathname, search } = new URL(url);
        const path = pathname.replace(FURTHER, "").replace(ASTRAY, "") + search;
        if (origin === clearOrigin) {
          if (pathname.startsWith(ASTRAY)) arrived.push(pathname);
          else if (before === "a step to TLS")
            return answerWith(status, { location: hub.endpoint + path });
          return await honest(clearOrigin + path, request);
        }
        if (origin !== hub.endpoint) return await honest(url, request);
        if (isNamed || !KINDS[what].test(url)) return await honest(origin + path, request);
        if (before === "a step over TLS" && !pathname.startsWith(FURTHER))
          return answerWith(status, { location: FURTHER + path });
        asked++;
        if (what === "a later page" && asked < 2 + (status % 2))
          return await honest(origin + path, request);
        isNamed = true;
        const inClear = clearOrigin + ASTRAY + path;
        if (!what.endsWith("page")) return answerWith(status, { location: inClear });
        const page = await honest(origin + path, request);
        return withLink(page, `<${inClear}>; rel="next"`);
      };
    };
    const { authorityFile } = world;
    const trusted =
      authorityFile === undefined
        ? {}
        : Object.fromEntries(CERTIFICATE_VARIABLES.map((name) => [name, authorityFile]));
    const start = before === "a step to TLS" ? { HF_ENDPOINT: clearOrigin } : {};
    const env = { ...trusted, ...start, MLX_LAYOUT_ALLOW_HTTP_REDIRECTS: allowed };
    const subject = world.start({ relay, env });
    await settled(() => subject.download({ repository: REPOSITORY }));
    // Which certificates a program trusts is `HUB-ENV-CERTIFICATES`.
    if (world.kind === "process" && hub.log.length === 0)
      throw new NotApplicable("it does not trust the certificate that the usual variables name");
    if (isNamed) verdict.reached("the hub named an address in clear text");
    if (isNamed && before === "a step over TLS") verdict.reached(before);
    verdict.holds("HUB-SECURE", arrived.length === 0, () => `it asked for ${arrived[0]} in clear`);
  },
});

function answerWith(status: number, headers: Readonly<Record<string, string>>): HttpResponse {
  return { status, headers: { get: (name) => headers[name.toLowerCase()] ?? null }, body: null };
}

function withLink({ status, headers, body }: HttpResponse, link: string): HttpResponse {
  const get = (name: string) => (name.toLowerCase() === "link" ? link : headers.get(name));
  return { status, headers: { get }, body };
}
