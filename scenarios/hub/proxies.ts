/**
 * The environment names proxies, by scheme and for all, and the hosts that are reached without one.
 *
 * Invariants checked:
 * - Each request, to the hub and to the content network alike, takes the way that the variables choose for it.
 */
import fc from "fast-check";
import { anySmallModel, needsOwnProcess, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Behind-4bit";
const PROXY = "http://proxy.test:3128";
const OTHER_PROXY = "http://other-proxy.test:8080";

export const proxies = scenario({
  name: "hub/proxies",
  covers: ["HUB-ENV-PROXY"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    scheme: fc.constantFrom("https" as const, "http" as const),
    names: fc.subarray(["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] as const),
    isLower: fc.boolean(),
    exempt: fc.uniqueArray(
      fc.constantFrom("hub", "cdn", "above the hub", "above all", "another", "part of a name", "*"),
      { maxLength: 3 },
    ),
  },
  goals: [
    "a request took a proxy",
    "a request went directly past a proxy",
    "hub and network differ",
  ],
  async check({ model, scheme, names, isLower, exempt }, world, verdict) {
    needsOwnProcess(world, "a hub that listens has no other names");
    const { hub } = world;
    const serial = hub.endpoint.replace(/\D/g, "");
    const hosts = { hub: `hub.inner-${serial}.test`, cdn: `cdn.outer-${serial}.test` };
    const endpoint = `${scheme}://${hosts.hub}`;
    hub.moveTo({ endpoint, cdnOrigin: `https://${hosts.cdn}`, urlOrigin: hub.urlOrigin });
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
    for (const name of names) set(name, name === "ALL_PROXY" ? OTHER_PROXY : PROXY);
    set("NO_PROXY", exempt.map((name) => covered[name]?.entry).join(","));
    await verdict.attempt("HUB-ENV-PROXY", () =>
      world.start({ env }).download({ repository: REPOSITORY }),
    );
    const seen = new Set<string>();
    for (const { url, proxy } of hub.log) {
      const { protocol, hostname } = new URL(url);
      const own = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
      const fallback = names.includes("ALL_PROXY") ? OTHER_PROXY : undefined;
      const way = names.includes(own) ? PROXY : fallback;
      const isExempt = exempt.some((name) => covered[name]?.by.test(hostname));
      const right = isExempt ? undefined : way;
      const taken = proxy === undefined ? undefined : new URL(proxy).origin;
      verdict.holds("HUB-ENV-PROXY", taken === right, `${hostname} by ${proxy}, not by ${right}`);
      seen.add(String(taken));
      if (taken !== undefined) verdict.reached("a request took a proxy");
      if (way !== undefined && isExempt) verdict.reached("a request went directly past a proxy");
    }
    if (seen.size > 1) verdict.reached("hub and network differ");
  },
});
