/**
 * Several files of a model have the same content, and the volume has room for one of them.
 *
 * Invariants checked:
 * - Whoever keeps each of them says before it requests any file that there is too little room; whoever keeps one content for all
 *   of them may go on, and is done.
 */
import fc from "fast-check";
import { contentExchanges, patternedBytes, settled } from "../../../harness/internal.ts";
import { modelPlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/RoomForCopies";
/** Markers, metadata, plans and locks of a model of three files take less. */
const STATE_BYTES = 20_000;

export const roomForCopies = scenario({
  name: "download/room_for_copies",
  covers: ["DL-SPACE-FIRST"],
  // A real volume counts pages.
  worlds: ["memory", "disk"],
  goals: ["there was too little room"],
  given: {
    sizeBytes: fc.integer({ min: 60_000, max: 90_000 }),
    copies: fc.integer({ min: 2, max: 3 }),
    lackBytes: fc.integer({ min: 1, max: 30_000 }),
  },
  world: ({ sizeBytes, copies, lackBytes }) => ({
    style: { chunkBytes: 8192 },
    availableBytes: Math.max(sizeBytes + STATE_BYTES, copies * sizeBytes - lackBytes),
  }),
  async check({ sizeBytes, copies }, world, verdict) {
    const bytes = patternedBytes(sizeBytes);
    const files = Array.from({ length: copies }, (_, at) => ({
      path: `part-${at}/weights.safetensors`,
      bytes,
      lfs: true,
    }));
    world.hub.publish(REPOSITORY, files, { tags: ["mlx"] });
    const request = { repository: REPOSITORY, include: ["*.safetensors"] };
    const result = await settled(() => world.start().download(request));
    const asked = contentExchanges(world.hub.log).length;
    if (result === undefined) {
      verdict.holds("DL-SPACE-FIRST", asked === 0, `${asked} requests, and then too little room`);
      verdict.reached("there was too little room");
      return;
    }
    const wrong = await wrongFiles(world, modelPlace(world, REPOSITORY), files);
    verdict.holds("DL-SPACE-FIRST", wrong.length === 0, wrong.join(", "));
  },
});
