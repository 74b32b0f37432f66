/**
 * The machine stops while large files arrive over several connections, in a first download or in one that goes on.
 *
 * Invariants checked:
 * - What the next download takes for kept is there: it fetches no byte of them twice.
 */
import fc from "fast-check";
import { patternedBytes } from "../../harness/internal.ts";
import { killDownload, modelPlace, scenario } from "../../harness/mod.ts";
import { judgeCrashes, LOSSES } from "./judge_crashes.ts";
import { recordRun } from "./recorded_run.ts";

const REPOSITORY = "mlx-community/FetchedOnce";
const request = { repository: REPOSITORY, include: ["*.safetensors"], concurrency: 4 };

export const fetchedOnce = scenario({
  name: "crash/fetched_once",
  covers: ["DUR-ONCE"],
  goals: [LOSSES, "a first download", "a resumed one"],
  worlds: ["memory"],
  pieceBytes: [2048],
  weight: 0.3,
  given: {
    // Always: without it these files are small ones, which a client may append to and hold against their hash.
    pieceBytes: fc.constant(2048),
    // Where the records of a file move they do so beyond 16 KiB.
    sizesBytes: fc.constantFrom([24_000, 18_000], [20_000, 17_000]),
    killedAt: fc.option(fc.integer({ min: 20, max: 60 }), { nil: undefined }),
    seed: fc.nat(1000),
  },
  world: () => ({ style: { chunkBytes: 2048 } }),
  async check({ sizesBytes, killedAt, seed }, world, verdict) {
    const files = sizesBytes.map((sizeBytes, at) => ({
      path: `model-${at}.safetensors`,
      bytes: patternedBytes(sizeBytes, { salt: at + 1 }),
      lfs: true,
    }));
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    if (killedAt !== undefined)
      await killDownload(world, request, { at: { at: "operation", nth: killedAt } });
    verdict.reached(killedAt === undefined ? "a first download" : "a resumed one");
    const crash = await recordRun(world, {
      directory: modelPlace(world, REPOSITORY),
      request,
      versions: [files],
    });
    await judgeCrashes(world, verdict, {
      requirements: ["DUR-ONCE"],
      crash,
      promises: ["none"],
      asks: { look: false, answers: false },
      askedMax: 12,
      exhaustiveMax: 8,
      samples: 2,
      seed,
    });
  },
});
