/**
 * The hub redirects a request to itself, or round a circle of two hosts, without end.
 *
 * Invariants checked:
 * - The download fails with `limit-exceeded` after a bounded number of requests.
 */
import fc from "fast-check";
import type { Fetch } from "../../spec/mod.ts";
import { errorOf } from "../../harness/internal.ts";
import { anySmallModel, type FaultRule, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Round-4bit";
/** The official client stops at twenty; this leaves room for trying again. */
const REQUESTS_MAX = 150;
/** Who goes on for ever finds nobody any more after so many requests, so that the case ends. */
const ANSWERS_MAX = 5 * REQUESTS_MAX;

export const endlessRedirects = scenario({
  name: "hub/endless_redirects",
  covers: ["HUB-HOPS", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    kind: fc.constantFrom("info" as const, "tree" as const, "resolve" as const, "cdn" as const),
    shape: fc.constantFrom("loop", "circle"),
    status: fc.constantFrom(302, 307),
  },
  goals: ["a loop was followed", "a circle was followed"],
  async check({ model, kind, shape, status }, world, verdict) {
    const { hub } = world;
    const commit = hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    const config = `{endpoint}/${REPOSITORY}/resolve/${commit}/config.json`;
    const rules: readonly FaultRule[] =
      shape === "loop"
        ? [{ match: { kind, nth: "all" }, do: { type: "redirect-loop" } }]
        : [
            {
              match: { kind: "resolve", path: "config.json", nth: "all" },
              do: { type: "redirect", to: "{url}/round", status },
            },
            {
              match: { path: "/round", nth: "all" },
              do: { type: "redirect", to: config, status },
            },
          ];
    hub.faults = rules;
    // A program is ended anyway.
    const options = world.kind === "process" ? {} : { relay: ending };
    const outcome = world.start(options).download({ repository: REPOSITORY });
    await errorOf(() => outcome);
    const counts = new Map<string, number>();
    for (const { path } of hub.log) counts.set(path, (counts.get(path) ?? 0) + 1);
    for (const [path, count] of counts) {
      verdict.holds("HUB-HOPS", count <= REQUESTS_MAX, `${count} requests for ${path}`);
      if (count > 2) verdict.reached(`a ${shape} was followed`);
    }
    await verdict.fails("HUB-HOPS", () => outcome, ["limit-exceeded"]);
  },
});

function ending(fetch: Fetch): Fetch {
  let asked = 0;
  return async (url, request) => {
    asked++;
    if (asked > ANSWERS_MAX) throw new TypeError("fetch failed");
    return fetch(url, request);
  };
}
