/**
 * A line breaks again and again: properly closed, reset or silent; each time it stays down until the download gives up,
 * and the next run comes in the same process or in a new one.
 *
 * Invariants checked:
 * - What had arrived is kept, and each run asks for what comes after it.
 * - All runs together transfer each byte once, but for one chunk at each break.
 */
import fc from "fast-check";
import {
  contentExchanges,
  describeError,
  errorOf,
  firstByte,
  keptParts,
  patternedBytes,
} from "../../../harness/internal.ts";
import { modelPlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/BrokenLine";
const SIZE_BYTES = 2500;
const CHUNK_BYTES = 100;

export const droppedConnections = scenario({
  name: "download/dropped_connections",
  pieceBytes: [],
  covers: ["DL-RESUME", "DL-RESUME-ONCE"],
  goals: ["a run resumed", "a run in the same process resumed"],
  given: {
    breaks: fc.array(
      fc.record({
        atByte: fc.integer({ min: 1, max: 900 }),
        how: fc.constantFrom("fin" as const, "rst" as const, "stall" as const),
        isSameProcess: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  },
  world: () => ({ style: { chunkBytes: CHUNK_BYTES } }),
  async check({ breaks }, world, verdict) {
    const weights = { path: "model.safetensors", bytes: patternedBytes(SIZE_BYTES), lfs: true };
    world.hub.publish(REPOSITORY, [weights], { tags: ["mlx"] });
    const request = { repository: REPOSITORY, include: ["*.safetensors"] };
    const directory = modelPlace(world, REPOSITORY);
    let subject = world.start();
    let kept = 0;
    let arrivedBytes = 0;
    const run = async () => {
      const from = world.hub.log.length;
      const error = await errorOf(() => subject.download(request));
      const exchanges = contentExchanges(world.hub.log.slice(from));
      for (const exchange of exchanges)
        verdict.holds(
          "DL-RESUME",
          firstByte(exchange) >= kept,
          `${kept} bytes were kept, and byte ${firstByte(exchange)} was asked for`,
        );
      arrivedBytes += exchanges.reduce((sum, { bytesSent }) => sum + bytesSent, 0);
      return error;
    };
    for (const { atByte, how, isSameProcess } of breaks) {
      world.hub.faults = [
        { match: { kind: "cdn", nth: 1 }, do: { type: "cut", atByte, how } },
        { match: { kind: "cdn", nth: "all" }, do: { type: "refuse" } },
      ];
      // Refused before it is cut, a run that has less than `atByte` to go cannot finish either.
      const error = await run();
      if (error === undefined) break;
      kept = (await keptParts(world, directory, [weights])).get(weights.path)?.sizeBytes ?? 0;
      verdict.holds(
        "DL-RESUME",
        kept >= arrivedBytes - CHUNK_BYTES || arrivedBytes < 2 * CHUNK_BYTES,
        `${arrivedBytes} bytes had arrived, and ${kept} were kept`,
      );
      if (kept > 0)
        verdict.reached(isSameProcess ? "a run in the same process resumed" : "a run resumed");
      if (!isSameProcess) subject = world.start();
    }
    world.hub.faults = [];
    const failure = await run();
    verdict.holds("DL-RESUME", failure === undefined, () => describeError(failure));
    const limitBytes = SIZE_BYTES + breaks.length * CHUNK_BYTES;
    verdict.holds(
      "DL-RESUME-ONCE",
      arrivedBytes <= limitBytes,
      `${arrivedBytes} bytes were sent for ${SIZE_BYTES}, with ${breaks.length} breaks`,
    );
    const wrong = await wrongFiles(world, directory, [weights]);
    verdict.holds("DL-RESUME", wrong.length === 0, wrong.join(", "));
  },
});
