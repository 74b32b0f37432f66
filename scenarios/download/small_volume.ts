/**
 * The model's volume is too small for it: a real one where the subject is a program.
 *
 * Invariants checked:
 * - The download fails with `disk-full`, and at no final path there is a part of a file.
 */
import fc from "fast-check";
import {
  anySmallModel,
  modelPlace,
  patternedBytes,
  readTree,
  scenario,
  sha256Hex,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/SmallVolume";
const BLOCK_BYTES = 65_536;

export const smallVolume = scenario({
  name: "download/small_volume",
  covers: ["DL-DISK-ERROR"],
  worlds: ["process"],
  given: { model: anySmallModel(), blocks: fc.integer({ min: 2, max: 8 }) },
  world: ({ blocks }) => ({ availableBytes: blocks * BLOCK_BYTES }),
  async check({ model, blocks }, world, verdict) {
    const weights = {
      path: "own.safetensors",
      bytes: patternedBytes((blocks + 1) * BLOCK_BYTES),
      lfs: true,
    };
    world.hub.publish(REPOSITORY, [...model.files, weights], { tags: ["mlx"] });
    await verdict.fails("DL-DISK-ERROR", () => world.start().download({ repository: REPOSITORY }), [
      "disk-full",
    ]);
    const hashes = new Map(
      [...model.files, weights].map(({ path, bytes }) => [path, sha256Hex(bytes)]),
    );
    const tree = await readTree(world.files, modelPlace(world, REPOSITORY));
    const half = tree.find(
      ({ path, sha256 }) => hashes.has(path) && sha256 !== undefined && sha256 !== hashes.get(path),
    );
    verdict.holds("DL-DISK-ERROR", half === undefined, () => `${half?.path} is half-published`);
  },
});
