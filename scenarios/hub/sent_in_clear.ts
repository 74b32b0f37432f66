/**
 * A hub over TLS sends its client to an address in clear text.
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

export const sentInClear = scenario({
  name: "hub/sent_in_clear",
  covers: ["HUB-SECURE"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    what: fc.constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[])),
    status: fc.constantFrom(301, 302, 303, 307, 308),
    /** What a caller allows by it is nothing. */
    allowed: fc.constantFrom(undefined, undefined, "0", "no"),
  },
  world: () => ({ certificate: "sound", style: { pageSize: 1 } }),
  goals: ["the hub named an address in clear text"],
  async check({ model, what, status, allowed }, world, verdict) {
    const { hub, clearOrigin } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const arrived: string[] = [];
    let isNamed = false;
    let asked = 0;
    const relay = (fetch: Fetch): Fetch => {
      const honest = answeredBy(fetch, { host: clearOrigin, hub: hub.endpoint });
      return async (url, request) => {
        const { origin, pathname, search } = new URL(url);
        if (origin === clearOrigin) arrived.push(pathname);
        if (origin !== hub.endpoint || isNamed || !KINDS[what].test(url))
          return await honest(url, request);
        asked++;
        if (what === "a later page" && asked < 2 + (status % 2)) return await honest(url, request);
        isNamed = true;
        const inClear = clearOrigin + pathname + search;
        if (!what.endsWith("page")) return answerWith(status, { location: inClear });
        const page = await honest(url, request);
        return withLink(page, `<${inClear}>; rel="next"`);
      };
    };
    const { authorityFile } = world;
    const trusted =
      authorityFile === undefined
        ? {}
        : Object.fromEntries(CERTIFICATE_VARIABLES.map((name) => [name, authorityFile]));
    const env = { ...trusted, MLX_LAYOUT_ALLOW_HTTP_REDIRECTS: allowed };
    const subject = world.start({ relay, env });
    await settled(() => subject.download({ repository: REPOSITORY }));
    // Which certificates a program trusts is `HUB-ENV-CERTIFICATES`.
    if (world.kind === "process" && hub.log.length === 0)
      throw new NotApplicable("it does not trust the certificate that the usual variables name");
    if (isNamed) verdict.reached("the hub named an address in clear text");
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
