/**
 * One bit of one downloaded file turned, with the modification time as it was or a later one.
 *
 * Invariants checked:
 * - The check refuses the file by its recorded hash, with its path.
 */
import fc from "fast-check";
import { missingFinding, overwriteBytes, placeModel } from "../../harness/internal.ts";
import { anyModel, filePlace, scenario, wantedFiles } from "../../harness/mod.ts";

const repository = "mlx-community/Bit-4bit";

export const flippedBit = scenario({
  name: "load/flipped_bit",
  pieceBytes: [8192],
  covers: ["LOAD-FLIPPED"],
  given: {
    model: anyModel(),
    choose: fc.nat(),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    bit: fc.nat(7),
    waitMs: fc.constantFrom(0, 5000),
  },
  goals: ["a bit of a weight file turned", "a bit of another file turned"],
  async check({ model, choose, at, bit, waitMs }, world, verdict) {
    const directory = await placeModel(world, model.files, { repository, isDownloaded: true });
    const files = wantedFiles(model.files).filter(({ bytes }) => bytes.length > 0);
    const weights = files.filter(({ path }) => model.weightFiles.includes(path));
    const others = files.filter(({ path }) => !model.weightFiles.includes(path));
    const list = choose % 2 === 0 ? weights : others;
    const victim = list[(choose >>> 1) % list.length];
    if (victim === undefined) return;
    const bytes = victim.bytes.slice();
    const position = Math.floor(at * bytes.length);
    bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
    world.clock.advance(waitMs);
    await overwriteBytes(world.files, filePlace(directory, victim.path), bytes);
    const report = await verdict.attempt("LOAD-FLIPPED", () => world.start().check({ repository }));
    const lack = missingFinding(report, { causes: ["hash"], paths: [victim.path] });
    verdict.holds("LOAD-FLIPPED", lack === undefined, () => `byte ${position}: ${lack}`);
    verdict.reached(`a bit of ${list === weights ? "a weight" : "another"} file turned`);
  },
});
