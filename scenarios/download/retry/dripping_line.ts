/**
 * A hub sends one byte each 25 seconds.
 *
 * Invariants checked:
 * - The download does not go on for ever: it ends with an error within twelve hours.
 */
import fc from "fast-check";
import { needsPatience } from "../../../harness/internal.ts";
import { anySmallModel, scenario } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/Dripping-4bit";
const HALF_DAY_MS = 43_200_000;
const BYTES_PER_SECOND = 0.04;

export const drippingLine = scenario({
  name: "download/dripping_line",
  covers: ["DL-SPEED-FLOOR", "ERROR-KIND"],
  given: {
    model: anySmallModel({ weightBytesMax: 64 }),
    // So long that the file would take more than that.
    sizeBytes: fc.integer({ min: 1_800, max: 2_200 }),
  },
  world: () => ({ style: { chunkBytes: 1 } }),
  async check({ model, sizeBytes }, world, verdict) {
    needsPatience(world, HALF_DAY_MS);
    const own = { path: "own.safetensors", bytes: new Uint8Array(sizeBytes).fill(9), lfs: true };
    const { hub } = world;
    hub.publish(REPOSITORY, [...model.files, own], { tags: ["mlx"] });
    hub.faults = (["resolve", "cdn"] as const).map((kind) => ({
      match: { kind, path: own.path, nth: "all" as const },
      do: { type: "drip" as const, bytesPerSecond: BYTES_PER_SECOND },
    }));
    const beganMs = world.clock.now();
    const subject = world.start();
    await verdict.fails("DL-SPEED-FLOOR", () => subject.download({ repository: REPOSITORY }), [
      "timeout",
      "network",
    ]);
    const hours = (world.clock.now() - beganMs) / 3_600_000;
    verdict.holds("DL-SPEED-FLOOR", hours <= 12, `it went on for ${Math.round(hours)} hours`);
  },
});
