/**
 * A proxy is named for everything, and `NO_PROXY` has an entry that covers the hub, or one that nearly does, perhaps behind one that
 * means nothing.
 *
 * Invariants checked:
 * - The hub is asked directly exactly when the entry covers it.
 */
import fc from "fast-check";
import { settled } from "../../harness/internal.ts";
import { anySmallModel, NotApplicable, scenario, type World } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Direct-4bit";
const PROXY = "http://proxy.test:3128";

/** Endpoints, and entries that cover them and that do not. */
const HOSTS = {
  "IPv4 address": {
    endpoint: "http://10.1.2.3:8080",
    covering: ["10.1.2.3", "10.1.2.3:8080", "10.0.0.0/8", "10.1.2.3/32", "10.1.2.99/24"],
    others: [
      "10.1.2.4",
      "10.1.2.3:80",
      "192.168.0.0/16",
      "10.1.3.0/24",
      "::1",
      "2.3",
      "10.1.2.3/33",
    ],
  },
  "IPv6 address": {
    endpoint: "http://[fd00::12]:8080",
    covering: ["fd00::12", "[fd00::12]", "[fd00::12]:8080", "fd00::/8", "fd00:0:0:0:0:0:0:12"],
    others: ["fd00::13", "[fd00::12]:80", "fe80::/10", "10.0.0.0/8", "fd00::12/129"],
  },
  name: {
    endpoint: "http://hub.inner.test:8080",
    covering: [".inner.test", "*.inner.test", "*.test", "hub.inner.test:8080", "HUB.INNER.TEST"],
    others: ["*.other.test", "ner.test", ".hub.inner", "10.0.0.0/8", "hub.inner.test:80"],
  },
} as const;

/** Entries with a slash that are no range, and cover nothing. */
const NO_RANGES = ["no.address.test/8,", "10.9.9.9/33,", "10.9.9.9/x,"] as const;

export const directHosts = scenario({
  name: "hub/direct_hosts",
  covers: ["HUB-ENV-DIRECT"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    host: fc.constantFrom("IPv4 address", "IPv6 address", "name"),
    isCovered: fc.boolean(),
    nth: fc.nat({ max: 6 }),
    rest: fc.constantFrom("", "localhost,", "example.org, ", ",", ...NO_RANGES),
  },
  goals: ["the hub was asked directly", "the hub was asked by way of the proxy"],
  async check({ model, host, isCovered, nth, rest }, world, verdict) {
    const { hub } = world;
    // A program finds the hub at its own address alone.
    const { port } = new URL(hub.endpoint);
    const { endpoint, covering, others } =
      world.kind === "process"
        ? {
            endpoint: hub.endpoint,
            covering: ["127.0.0.1", "127.0.0.0/8", `127.0.0.1:${port}`, "127.0.0.1/32"],
            others: ["10.0.0.0/8", "127.0.0.1:1", "::1", "128.0.0.0/8"],
          }
        : HOSTS[host];
    const { cdnOrigin, urlOrigin } = hub;
    hub.moveTo({ endpoint, cdnOrigin, urlOrigin });
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const entries = isCovered ? covering : others;
    const entry = entries[nth % entries.length] ?? "";
    const proxy = world.kind === "process" ? world.otherOrigin : PROXY;
    const env = {
      HF_ENDPOINT: endpoint,
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      NO_PROXY: rest + entry,
    };
    if (!isCovered) await needsProxy(world, { ...env, NO_PROXY: "" });
    await verdict.attempt("HUB-ENV-DIRECT", () =>
      world.start({ env }).download({ repository: REPOSITORY }),
    );
    for (const exchange of hub.log) {
      if (new URL(exchange.url).origin !== endpoint) continue;
      const isDirect = exchange.proxy === undefined;
      verdict.holds(
        "HUB-ENV-DIRECT",
        isDirect === isCovered,
        `${endpoint} was asked ${isDirect ? "directly" : "by way of the proxy"} with NO_PROXY=${env.NO_PROXY}`,
      );
      verdict.reached(
        isDirect ? "the hub was asked directly" : "the hub was asked by way of the proxy",
      );
    }
  },
});

/** Whether a proxy that is named is asked at all is `HUB-ENV-PROXY`: where it is not, no entry says anything. */
async function needsProxy(world: World, env: Readonly<Record<string, string>>): Promise<void> {
  await settled(() =>
    world.start({ env, root: `${world.root}-by-proxy` }).download({ repository: REPOSITORY }),
  );
  const isAsked = world.hub.log.some((exchange) => exchange.proxy !== undefined);
  world.hub.clearLog();
  if (!isAsked) throw new NotApplicable("it asks no proxy, with NO_PROXY or without");
}
