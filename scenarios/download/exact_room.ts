/**
 * The volume has a little less room than the listed files need, or just enough; bytes of an earlier run may lie there.
 *
 * Invariants checked:
 * - One byte too little is told before any file is requested.
 * - Room for what is missing, and for small state, is enough: what was kept needs none anew.
 */
import fc from "fast-check";
import {
  contentExchanges,
  keptParts,
  modelPlace,
  patternedBytes,
  scenario,
  settled,
  wrongFiles,
} from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/ExactRoom";
/** Markers, metadata, plans and locks of a model of one file take less. */
const STATE_BYTES_MAX = 16_000;
const REQUEST = { repository: REPOSITORY, include: ["*.safetensors"] };

export const exactRoom = scenario({
  name: "download/exact_room",
  covers: ["DL-SPACE-FIRST"],
  goals: ["too little by few bytes", "just enough", "just enough beside kept bytes"],
  given: {
    sizeBytes: fc.integer({ min: 40_000, max: 60_000 }),
    lackBytes: fc.option(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 40_000 })), {
      nil: undefined,
      freq: 2,
    }),
    breakAt: fc.option(fc.integer({ min: 20_000, max: 39_000 }), { nil: undefined, freq: 2 }),
  },
  world: ({ sizeBytes, lackBytes }) => ({
    style: { chunkBytes: 4096 },
    availableBytes: lackBytes === undefined ? sizeBytes + STATE_BYTES_MAX : sizeBytes - lackBytes,
  }),
  async check({ sizeBytes, lackBytes, breakAt }, world, verdict) {
    const weights = { path: "model.safetensors", bytes: patternedBytes(sizeBytes), lfs: true };
    world.hub.publish(REPOSITORY, [weights], { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    if (lackBytes !== undefined) {
      await verdict.fails("DL-SPACE-FIRST", () => world.start().download(REQUEST), ["disk-full"]);
      const asked = contentExchanges(world.hub.log);
      verdict.holds("DL-SPACE-FIRST", asked.length === 0, "the file was requested all the same");
      verdict.reached("too little by few bytes");
      return;
    }
    if (breakAt !== undefined) {
      world.hub.faults = [
        { match: { kind: "cdn" }, do: { type: "cut", atByte: breakAt, how: "rst" } },
        { match: { kind: "cdn", nth: "all" }, do: { type: "refuse" } },
      ];
      await settled(() => world.start().download(REQUEST));
      world.hub.faults = [];
    }
    const kept = (await keptParts(world, directory, [weights])).get(weights.path)?.sizeBytes ?? 0;
    await verdict.attempt("DL-SPACE-FIRST", () => world.start().download(REQUEST));
    const wrong = await wrongFiles(world, directory, [weights]);
    verdict.holds("DL-SPACE-FIRST", wrong.length === 0, wrong.join(", "));
    verdict.reached(kept > STATE_BYTES_MAX ? "just enough beside kept bytes" : "just enough");
  },
});
