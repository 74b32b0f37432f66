/**
 * A model is complete, and the hub takes the connection and says nothing, begins an answer that never ends or takes minutes, or refuses with a
 * request to come back later.
 *
 * Invariants checked:
 * - The local copy is returned soon; a result that says whether the hub answered says that it did not.
 */
import fc from "fast-check";
import { mayBeOffline } from "../../harness/internal.ts";
import { anySmallModel, type FaultAction, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/Silent-4bit";
/** The official client waits 10 s for an answer; a program takes its time to start besides. */
const WAIT_MS_MAX = { memory: 15_000, disk: 15_000, process: 40_000 } as const;

const FAULTS: Readonly<Record<string, FaultAction>> = {
  silence: { type: "no-answer" },
  "come back in a minute": { type: "status", status: 429, retryAfter: "60" },
  "out of order for an hour": { type: "status", status: 503, retryAfter: "3600" },
  "connections are reset": { type: "reset" },
  "silence after the first byte": { type: "cut", atByte: 1, how: "stall" },
  "a byte each second": { type: "drip", bytesPerSecond: 1 },
};

export const silentHub = scenario({
  name: "offline/silent_hub",
  covers: ["OFF-SOON"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    fault: fc.constantFrom(...Object.keys(FAULTS)),
    organization: fc.constantFrom("mlx-community", "someone-else"),
    /** What it was downloaded by, and is asked for again. */
    by: fc.constantFrom("branch", "branch", "tag", "commit"),
    layout: fc.constantFrom(undefined, undefined, "hf-cache" as const),
  },
  async check({ model, fault, organization, by, layout }, world, verdict) {
    const { hub, clock } = world;
    const repository = REPOSITORY.replace("mlx-community", organization);
    const revision = by === "tag" ? "v1.0" : "main";
    const commit = hub.publish(repository, model.files, { revision, tags: ["mlx"] });
    const asked = by === "commit" ? commit : revision;
    const request = {
      repository,
      ...(layout !== undefined && { layout }),
      ...(by !== "branch" && { revision: asked }),
    };
    await world.start().download(request);
    const action = FAULTS[fault];
    if (action !== undefined) hub.faults = [{ match: { nth: "all" }, do: action }];
    const startMs = clock.now();
    const result = await verdict.attempt("OFF-SOON", () => world.start().download(request));
    const waitedMs = clock.now() - startMs;
    verdict.holds("OFF-SOON", mayBeOffline(result), "it says that the hub was asked");
    verdict.holds(
      "OFF-SOON",
      waitedMs <= WAIT_MS_MAX[world.kind],
      `it took ${Math.round(waitedMs / 1000)} s`,
    );
  },
});
