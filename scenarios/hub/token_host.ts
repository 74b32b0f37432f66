/**
 * A hub that needs a token sends the client to other hosts: by a redirect, or by the link to the next page; to one without TLS also
 * where the caller allows it.
 *
 * Invariants checked:
 * - Scheme, host and port decide: the token goes to the endpoint, and to no other host in any part of a request.
 */
import fc from "fast-check";
import {
  answeredBy,
  authorizationOf,
  settled,
  wireLog,
  withField,
  withLink,
} from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Private-4bit";
const TOKEN = "hf_tokenOfTheOwner";

export const tokenHost = scenario({
  name: "hub/token_host",
  covers: ["HUB-TOKEN-HOST"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    stranger: fc.constantFrom("another host", "another port", "another scheme", "a name below"),
    way: fc.constantFrom("link" as const, "info" as const, "tree" as const, "resolve" as const),
    isPrivate: fc.boolean(),
    isCloudFront: fc.boolean(),
    /** Whether an address without TLS may be followed, as far as the client can be told so. */
    isClearAllowed: fc.boolean(),
    givenIn: fc.constantFrom("request", "environment"),
  },
  goals: ["a stranger was asked", "the content network was asked", "the hub got the token"],
  world: () => ({ style: { pageSize: 3 } }),
  async check({ model, stranger, way, isPrivate, givenIn, ...given }, world, verdict) {
    const { hub } = world;
    const { isCloudFront, isClearAllowed } = given;
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    if (isPrivate) hub.requireToken(REPOSITORY, TOKEN);
    // To a program only one stranger listens.
    const kind = world.kind === "process" ? "another host" : stranger;
    const host = {
      "another host": world.otherOrigin,
      "another port": `${hub.endpoint}:8443`,
      "another scheme": hub.endpoint.replace("https:", "http:"),
      "a name below": hub.endpoint.replace("://", "://evil."),
    }[kind];
    if (way !== "link") {
      const path = {
        info: `/api/models/${REPOSITORY}/revision/main`,
        tree: `/api/models/${REPOSITORY}/tree/${commit}?recursive=true`,
        resolve: `/${REPOSITORY}/resolve/${commit}/config.json`,
      }[way];
      const match = { kind: way, path: way === "resolve" ? "config.json" : "*", nth: 1 };
      hub.faults = [{ match, do: { type: "redirect", to: host + path } }];
    }
    const wire = wireLog();
    const subject = world.start({
      env: {
        ...(givenIn === "environment" && { HF_TOKEN: TOKEN }),
        ...(isClearAllowed && { MLX_LAYOUT_ALLOW_HTTP_REDIRECTS: "1" }),
      },
      relay: (fetch) => {
        const strange = answeredBy(fetch, { host, hub: hub.endpoint });
        const lead = (link: string) =>
          way === "link" ? link.replace(hub.endpoint, host) : undefined;
        const led = withLink(strange, lead);
        const cache = { host: hub.cdnOrigin, name: "x-cache", value: "Hit from cloudfront" };
        return wire.watch(isCloudFront ? withField(led, cache) : led);
      },
    });
    // What comes of it is the hub's affair; where the token went is not.
    const token = givenIn === "request" ? { token: TOKEN } : {};
    await settled(() => subject.download({ repository: REPOSITORY, ...token }));
    for (const request of wire.requests) {
      const { origin, url, headers } = request;
      if (origin === hub.endpoint) {
        if (authorizationOf(request) === `Bearer ${TOKEN}`)
          verdict.reached("the hub got the token");
        continue;
      }
      const isClean = !JSON.stringify([url, headers]).includes(TOKEN);
      verdict.holds("HUB-TOKEN-HOST", isClean, `the token went to ${origin}`);
      verdict.holds(
        "HUB-TOKEN-HOST",
        authorizationOf(request) === undefined,
        `an authorization went to ${origin}`,
      );
      if (origin === host) verdict.reached("a stranger was asked");
      if (origin === hub.cdnOrigin) verdict.reached("the content network was asked");
    }
  },
});
