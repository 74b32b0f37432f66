/**
 * A server is silent for ever when it is asked for a file, and `HF_HUB_DOWNLOAD_TIMEOUT` says how long that is borne.
 *
 * Invariants checked:
 * - The file is asked for again no sooner than that, and not much later.
 */
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { needsPatience } from "../../harness/internal.ts";

const REPOSITORY = "mlx-community/Slow-4bit";
/** The pause before another attempt comes on top: a first one is short. */
const PAUSE_MS_MAX = 8_000;

export const timeLimit = scenario({
  name: "hub/time_limit",
  covers: ["HUB-ENV-TIMEOUT"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    // Shorter than any usual limit, too, which then must not be waited for.
    seconds: fc.constantFrom(1, 5, 100, 240, 600, 3600),
    path: fc.constantFrom("config.json", "*.safetensors"),
  },
  async check({ model, seconds, path }, world, verdict) {
    needsPatience(world, seconds * 1000);
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    // A question about a file, without its bytes, has another limit.
    hub.faults = [{ match: { kind: "resolve", method: "GET", path }, do: { type: "no-answer" } }];
    const subject = world.start({ env: { HF_HUB_DOWNLOAD_TIMEOUT: String(seconds) } });
    await verdict.attempt("HUB-ENV-TIMEOUT", () => subject.download({ repository: REPOSITORY }));
    const transfers = hub.log.filter(({ kind, method }) => kind === "resolve" && method === "GET");
    const silent = transfers.find(({ status }) => status === 0);
    if (silent === undefined) return;
    const again = transfers.find(({ atMs, file }) => atMs > silent.atMs && file === silent.file);
    const waitedMs = (again?.atMs ?? 0) - silent.atMs;
    verdict.holds(
      "HUB-ENV-TIMEOUT",
      waitedMs >= seconds * 1000 && waitedMs <= seconds * 1000 + PAUSE_MS_MAX,
      `it waited ${waitedMs} ms with a limit of ${seconds} s`,
    );
  },
});
