/**
 * Between two runs the file is replaced upstream by one of the same name and size.
 *
 * Invariants checked:
 * - The new content is asked for from its first byte on, in a new process or not, and after a cancel or a kill.
 */
import fc from "fast-check";
import {
  contentExchanges,
  firstByte,
  keptParts,
  patternedBytes,
} from "../../../harness/internal.ts";
import { killDownload, modelPlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/ChangedAlike";

export const sameSizeNewContent = scenario({
  name: "download/same_size_new_content",
  covers: ["DL-RESUME-CHANGED"],
  goals: ["bytes of the old content were kept"],
  given: {
    sizeBytes: fc.integer({ min: 1000, max: 4000 }),
    salt: fc.integer({ min: 1, max: 100 }),
    nth: fc.integer({ min: 3, max: 12 }),
    // A beginning that both have in common is the hardest to distinguish.
    sameBytes: fc.constantFrom(0, 64, 500),
  },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check({ sizeBytes, salt, nth, sameBytes }, world, verdict) {
    const old = { path: "model.safetensors", bytes: patternedBytes(sizeBytes), lfs: true };
    const bytes = patternedBytes(sizeBytes, { salt });
    bytes.set(old.bytes.subarray(0, sameBytes));
    const next = { ...old, bytes };
    const request = { repository: REPOSITORY, include: ["*.safetensors"] };
    const directory = modelPlace(world, REPOSITORY);
    world.hub.publish(REPOSITORY, [old], { tags: ["mlx"] });
    await killDownload(world, request, { at: { at: "chunk", nth } });
    if ((await keptParts(world, directory, [old])).size > 0)
      verdict.reached("bytes of the old content were kept");
    world.hub.publish(REPOSITORY, [next], { tags: ["mlx"] });
    world.hub.clearLog();
    await verdict.attempt("DL-RESUME-CHANGED", () => world.start().download(request));
    const starts = contentExchanges(world.hub.log).map(firstByte);
    verdict.holds(
      "DL-RESUME-CHANGED",
      starts.includes(0),
      `the new content was asked for from byte ${starts.join()}`,
    );
    const wrong = await wrongFiles(world, directory, [next]);
    verdict.holds("DL-RESUME-CHANGED", wrong.length === 0, wrong.join(", "));
  },
});
