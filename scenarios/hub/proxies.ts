/**
 * The environment names proxies, by scheme and for all, and the hosts that are reached without one.
 *
 * Invariants checked:
 * - Each request, to the hub and to the content network alike, takes the way that the variables choose for it.
 * - Where no name but a proxy's is to be found, as for a program, the download succeeds by way of it, and not past it.
 */
import fc from "fast-check";
import { settled } from "../../harness/internal.ts";
import { anySmallModel, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Behind-4bit";
const PROXY = "http://proxy.test:3128";
const OTHER_PROXY = "http://other-proxy.test:8080";
const VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] as const;
type Variable = (typeof VARIABLES)[number];

export const proxies = scenario({
  name: "hub/proxies",
  covers: ["HUB-ENV-PROXY"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    scheme: fc.constantFrom("https" as const, "http" as const),
    // Each of them alone, too, and the one for all with either scheme.
    names: fc.oneof(
      { weight: 2, arbitrary: fc.subarray<Variable>([...VARIABLES]) },
      { weight: 1, arbitrary: fc.constantFrom<Variable[][]>(...VARIABLES.map((name) => [name])) },
      { weight: 1, arbitrary: fc.constant<Variable[]>(["ALL_PROXY"]) },
    ),
    isLower: fc.boolean(),
    exempt: fc.uniqueArray(
      fc.constantFrom("hub", "cdn", "above the hub", "above all", "another", "part of a name", "*"),
      { maxLength: 2 },
    ),
  },
  goals: [
    "a request took a proxy",
    "a request went directly past a proxy",
    "hub and network differ",
  ],
  async check({ model, scheme, names, isLower, exempt }, world, verdict) {
    const { hub } = world;
    // A program finds no host of these names but by way of a proxy, and here none speaks anything but plain HTTP.
    const isProgram = world.kind === "process";
    const [proxy, otherProxy] = isProgram
      ? [world.otherOrigin, hub.cdnOrigin]
      : [PROXY, OTHER_PROXY];
    const serial = hub.endpoint.replace(/\D/g, "");
    const hosts = { hub: `hub.inner-${serial}.test`, cdn: `cdn.outer-${serial}.test` };
    const endpoint = `${isProgram ? "http" : scheme}://${hosts.hub}`;
    const cdnOrigin = `${isProgram ? "http" : "https"}://${hosts.cdn}`;
    hub.moveTo({ endpoint, cdnOrigin, urlOrigin: hub.urlOrigin });
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const covered: Readonly<Record<string, { readonly entry: string; readonly by: RegExp }>> = {
      hub: { entry: hosts.hub, by: /^hub\./ },
      cdn: { entry: hosts.cdn, by: /^cdn\./ },
      "above the hub": { entry: `inner-${serial}.test`, by: /^hub\./ },
      "above all": { entry: "test", by: /./ },
      another: { entry: "example.org", by: /^$/ },
      "part of a name": { entry: `ner-${serial}.test`, by: /^$/ },
      "*": { entry: "*", by: /./ },
    };
    const env: Record<string, string> = { HF_ENDPOINT: endpoint };
    const set = (name: string, value: string) => {
      env[isLower ? name.toLowerCase() : name] = value;
    };
    for (const name of names) set(name, name === "ALL_PROXY" ? otherProxy : proxy);
    set("NO_PROXY", exempt.map((name) => covered[name]?.entry).join(","));
    const isExempt = (hostname: string) =>
      exempt.some((name) => covered[name]?.by.test(hostname) === true);
    const unlessExempt = (origin: string) => {
      const own = origin.startsWith("https:") ? "HTTPS_PROXY" : "HTTP_PROXY";
      if (names.includes(own)) return proxy;
      return names.includes("ALL_PROXY") ? otherProxy : undefined;
    };
    const wayTo = (origin: string) =>
      isExempt(new URL(origin).hostname) ? undefined : unlessExempt(origin);
    const download = () => world.start({ env }).download({ repository: REPOSITORY });
    const ways = [endpoint, cdnOrigin].map(wayTo);
    if (isProgram && ways.includes(undefined)) await settled(download);
    else await verdict.attempt("HUB-ENV-PROXY", download);
    const seen = new Set<string>();
    for (const exchange of hub.log) {
      const { origin, hostname } = new URL(exchange.url);
      const right = wayTo(origin);
      const taken = exchange.proxy === undefined ? undefined : new URL(exchange.proxy).origin;
      verdict.holds(
        "HUB-ENV-PROXY",
        taken === right,
        `${hostname} by ${exchange.proxy}, not by ${right}`,
      );
      seen.add(String(taken));
      if (taken !== undefined) verdict.reached("a request took a proxy");
      if (unlessExempt(origin) !== undefined && isExempt(hostname))
        verdict.reached("a request went directly past a proxy");
    }
    // Of a program's own way past a proxy only the absence of a request at the proxy is seen.
    const [toHub, toNetwork] = ways;
    if (isProgram && toHub !== undefined && toNetwork !== toHub && seen.has(toHub)) {
      verdict.reached("hub and network differ");
      if (toNetwork === undefined) verdict.reached("a request went directly past a proxy");
    }
    if (seen.size > 1) verdict.reached("hub and network differ");
  },
});
