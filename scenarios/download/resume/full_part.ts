/**
 * A partial file has all bytes of the file or more, as when a process died before its rename, and they are right or wrong.
 *
 * Invariants checked:
 * - A partial file of full size, or one byte more or less, is finished by the next download.
 */
import fc from "fast-check";
import {
  overwriteBytes,
  patternedBytes,
  readBytes,
  readTree,
  stateDirectory,
} from "../../../harness/internal.ts";
import { filePlace, killDownload, modelPlace, scenario, wrongFiles } from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/FullPart";
const SIZE_BYTES = 3000;
const WEIGHTS = { path: "model.safetensors", bytes: patternedBytes(SIZE_BYTES), lfs: true };
const REQUEST = { repository: REPOSITORY, include: ["*.safetensors"] };

export const fullPart = scenario({
  name: "download/full_part",
  covers: ["DL-RESUME-UNWEDGED"],
  goals: ["all bytes were there", "more than all bytes were there"],
  given: {
    nth: fc.integer({ min: 4, max: 25 }),
    sizeBytes: fc.constantFrom(SIZE_BYTES - 1, SIZE_BYTES, SIZE_BYTES + 1, 2 * SIZE_BYTES),
    isRight: fc.boolean(),
  },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check({ nth, sizeBytes, isRight }, world, verdict) {
    world.hub.publish(REPOSITORY, [WEIGHTS], { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    await killDownload(world, REQUEST, { at: { at: "chunk", nth } });
    const planted = patternedBytes(sizeBytes, { salt: isRight ? 0 : 5 });
    const state = stateDirectory(directory);
    for (const { path, kind } of await readTree(world.files, state)) {
      const place = filePlace(state, path);
      const isPartial =
        kind === "file" &&
        path !== WEIGHTS.path &&
        Buffer.from(WEIGHTS.bytes).indexOf(await readBytes(world.files, place)) === 0;
      if (!isPartial || (await world.files.stat(place)).sizeBytes === 0) continue;
      await overwriteBytes(world.files, place, planted);
      if (sizeBytes === SIZE_BYTES) verdict.reached("all bytes were there");
      if (sizeBytes > SIZE_BYTES) verdict.reached("more than all bytes were there");
    }
    await verdict.attempt("DL-RESUME-UNWEDGED", () => world.start().download(REQUEST));
    const wrong = await wrongFiles(world, directory, [WEIGHTS]);
    verdict.holds("DL-RESUME-UNWEDGED", wrong.length === 0, wrong.join(", "));
  },
});
