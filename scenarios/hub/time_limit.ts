/**
 * A server is silent for ever when it is asked for a file, and `HF_HUB_DOWNLOAD_TIMEOUT` says how long that is borne. Or the variable has
 * what is no number of seconds, and no server is silent.
 *
 * Invariants checked:
 * - The file is asked for again no sooner than that, and not much later.
 * - What is no number is refused as wrong use, or has no effect: it is no limit that ends what is not slow.
 */
import fc from "fast-check";
import { anySmallModel, scenario } from "../../harness/mod.ts";
import { errorOf, needsOwnProcess, needsPatience } from "../../harness/internal.ts";

const REPOSITORY = "mlx-community/Slow-4bit";
/** The pause before another attempt comes on top: a first one is short. */
const PAUSE_MS_MAX = 8_000;

export const timeLimit = scenario({
  name: "hub/time_limit",
  covers: ["HUB-ENV-TIMEOUT", "ERROR-KIND"],
  goals: ["a limit", "no number"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    // Shorter than any usual limit, too, which then must not be waited for.
    seconds: fc.constantFrom(1, 5, 100, 240, 600, 3600),
    path: fc.constantFrom("config.json", "*.safetensors"),
    misspelt: fc.oneof(
      { arbitrary: fc.constant(undefined), weight: 4 },
      { arbitrary: fc.constantFrom("10s", "1 minute", "ten", "1,5"), weight: 1 },
    ),
  },
  async check({ model, seconds, path, misspelt }, world, verdict) {
    const { hub } = world;
    hub.publish(REPOSITORY, model.files, { tags: ["mlx"] });
    if (misspelt !== undefined) {
      needsOwnProcess(
        world,
        "a program may end as it reads the variable, and the official client does",
      );
      const env = { HF_HUB_DOWNLOAD_TIMEOUT: misspelt };
      const error = await errorOf(() => world.start({ env }).download({ repository: REPOSITORY }));
      if (error !== undefined)
        verdict.hasKind(error, ["invalid-argument"], { about: "HUB-ENV-TIMEOUT" });
      verdict.reached("no number");
      return;
    }
    needsPatience(world, seconds * 1000);
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
    verdict.reached("a limit");
  },
});
