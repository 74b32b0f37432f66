/**
 * A line is slow, and always brings the next byte long before `HF_HUB_DOWNLOAD_TIMEOUT`, if there is one: a download takes many minutes.
 *
 * Invariants checked:
 * - It is borne to the end: no limit is for the whole of a transfer.
 */
import fc from "fast-check";
import { needsPatience, patternedBytes } from "../../harness/internal.ts";
import { anySmallModel, modelPlace, scenario, wantedFiles, wrongFiles } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/SlowLine-4bit";

export const slowLine = scenario({
  name: "hub/slow_line",
  covers: ["HUB-ENV-TIMEOUT"],
  // Each piece is a wait of its own.
  pieceBytes: [],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    bytesPerSecond: fc.integer({ min: 2_000, max: 3_000 }),
    minutes: fc.integer({ min: 6, max: 8 }),
    seconds: fc.constantFrom(undefined, 10, 60, 86_400),
    isLarge: fc.boolean(),
  },
  world: ({ bytesPerSecond }) => ({ style: { chunkBytes: bytesPerSecond * 5 } }),
  async check({ model, bytesPerSecond, minutes, seconds, isLarge }, world, verdict) {
    needsPatience(world, minutes * 60_000);
    const { hub } = world;
    const bytes = patternedBytes(bytesPerSecond * minutes * 60);
    const own = { path: "own.safetensors", bytes, lfs: isLarge };
    const files = [...model.files, own];
    hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    hub.faults = (["resolve", "cdn"] as const).map((kind) => ({
      match: { kind, method: "GET" as const, nth: "all" as const },
      do: { type: "drip" as const, bytesPerSecond },
    }));
    const env = seconds === undefined ? {} : { HF_HUB_DOWNLOAD_TIMEOUT: String(seconds) };
    await verdict.attempt("HUB-ENV-TIMEOUT", () =>
      world.start({ env }).download({ repository: REPOSITORY }),
    );
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), wantedFiles(files));
    verdict.holds("HUB-ENV-TIMEOUT", wrong.length === 0, wrong.join(", "));
  },
});
