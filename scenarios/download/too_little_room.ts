/**
 * The volume has less room than the listed files need.
 *
 * Invariants checked:
 * - The download says so before it requests any file, of a fresh model and of an update.
 */
import fc from "fast-check";
import { anySmallModel, contentExchanges, limitedFiles, scenario } from "../../harness/mod.ts";

const REPOSITORY = "mlx-community/TooLittleRoom";

export const tooLittleRoom = scenario({
  name: "download/too_little_room",
  covers: ["DL-SPACE-FIRST"],
  given: {
    old: anySmallModel(),
    next: anySmallModel(),
    isUpdate: fc.boolean(),
    // Nothing at all, or enough for notes of one's own and not for the weights.
    roomBytes: fc.oneof(fc.nat(99), fc.integer({ min: 12_000, max: 19_000 })),
  },
  async check({ old, next, isUpdate, roomBytes }, world, verdict) {
    const request = { repository: REPOSITORY };
    // Weights of its own, so that there is something to fetch, and more than there is room for.
    const own = { path: "own.safetensors", bytes: new Uint8Array(20_000).fill(9), lfs: true };
    if (isUpdate) {
      world.hub.publish(REPOSITORY, old.files, { tags: ["mlx"] });
      await world.start().download(request);
    }
    world.hub.publish(REPOSITORY, [...next.files, own], { tags: ["mlx"] });
    world.hub.clearLog();
    const files = (disk: typeof world.files) => limitedFiles(disk, { availableBytes: roomBytes });
    await verdict.fails("DL-SPACE-FIRST", () => world.start({ files }).download(request), [
      "disk-full",
    ]);
    const asked = contentExchanges(world.hub.log);
    verdict.holds("DL-SPACE-FIRST", asked.length === 0, "files were requested all the same");
  },
});
