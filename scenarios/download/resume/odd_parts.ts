/**
 * A resume is answered with a part that starts elsewhere; or all bytes were kept, as when a process died before its rename.
 *
 * Invariants checked:
 * - No byte of the wrong part is ever on the disk, nothing that was kept is lost, and the next request starts where the first one did.
 * - A partial file of full size, right or wrong, and one byte more or less, is finished by the next download.
 */
import fc from "fast-check";
import {
  contentExchanges,
  exists,
  filePlace,
  firstByte,
  keptParts,
  killDownload,
  modelPlace,
  needsOwnProcess,
  observingFiles,
  overwriteBytes,
  patternedBytes,
  readBytes,
  readTree,
  scenario,
  stateDirectory,
  wrongFiles,
} from "../../../harness/mod.ts";

const REPOSITORY = "mlx-community/OddParts";
const SIZE_BYTES = 3000;
const WEIGHTS = { path: "model.safetensors", bytes: patternedBytes(SIZE_BYTES), lfs: true };
const REQUEST = { repository: REPOSITORY, include: ["*.safetensors"] };

export const wrongPart = scenario({
  name: "download/wrong_part",
  covers: ["DL-RESUME-RANGE"],
  goals: ["a part started elsewhere"],
  given: { nth: fc.integer({ min: 4, max: 25 }), shiftBytes: fc.integer({ min: -150, max: -1 }) },
  world: () => ({ style: { chunkBytes: 100 } }),
  async check({ nth, shiftBytes }, world, verdict) {
    needsOwnProcess(world, "the disk that another process sees cannot be wrapped");
    world.hub.publish(REPOSITORY, [WEIGHTS], { tags: ["mlx"] });
    const directory = modelPlace(world, REPOSITORY);
    await killDownload(world, REQUEST, { at: { at: "chunk", nth } });
    let before = 0;
    world.hub.clearLog();
    world.hub.faults = [
      { match: { kind: "cdn", range: true }, do: { type: "wrong-content-range", shiftBytes } },
    ];
    const look = async () => {
      if (await exists(world.files, filePlace(directory, WEIGHTS.path))) return;
      const now = (await keptParts(world, directory, [WEIGHTS])).get(WEIGHTS.path);
      const hasCome = (world.hub.firedCounts()[0] ?? 0) > 0;
      // What counts is what was kept when the odd answer came.
      if (!hasCome) before = now?.sizeBytes ?? 0;
      verdict.holds(
        "DL-RESUME-RANGE",
        !hasCome || (now !== undefined && now.sizeBytes >= before && !now.isSpliced),
        () => `${before} bytes were kept, and now there is ${JSON.stringify(now)}`,
      );
    };
    const files = (disk: typeof world.files) => observingFiles(disk, look);
    await verdict.attempt("DL-RESUME-RANGE", () => world.start({ files }).download(REQUEST));
    const [first, second] = contentExchanges(world.hub.log).map(firstByte);
    if (world.hub.firedCounts()[0] === 0) return;
    verdict.reached("a part started elsewhere");
    verdict.holds(
      "DL-RESUME-RANGE",
      second === first,
      `after byte ${first} byte ${second} was asked for`,
    );
    const wrong = await wrongFiles(world, directory, [WEIGHTS]);
    verdict.holds("DL-RESUME-RANGE", wrong.length === 0, wrong.join(", "));
  },
});

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
