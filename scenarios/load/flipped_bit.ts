/**
 * One bit of one file turned, with the modification time as it was or a later one, in a model that the implementation or the official
 * client has downloaded.
 *
 * Invariants checked:
 * - The check refuses the file by its recorded hash, with its path, also one that has checked the model before.
 */
import fc from "fast-check";
import { type FileSystem, METADATA_DIRECTORY } from "../../spec/mod.ts";
import {
  contentEtag,
  missingFinding,
  overwriteBytes,
  placeModel,
  writeBytes,
  writeSafetensors,
} from "../../harness/internal.ts";
import { anyModel, filePlace, type ModelFile, scenario, wantedFiles } from "../../harness/mod.ts";

const repository = "mlx-community/Bit-4bit";

const COMMIT = "5".repeat(40);
/** Longer than a case goes on, as a record that is older than its file says nothing of it. */
const RECORDED_AFTER_MS = 60_000;

/** So many bits of one model are turned, one after the other. */
const FLIPS = 3;
/** Weights that a download has, and that are not the model's. */
const BESIDE: readonly ModelFile[] = ["adapters.safetensors", "onnx/model.safetensors"].map(
  (path) => {
    const data = new Uint8Array(64).map((_, at) => 60 + (at % 7));
    const bytes = writeSafetensors([{ name: "lora_a", dtype: "F32", shape: [4, 4], data }]);
    return { path, bytes, lfs: true };
  },
);

export const flippedBit = scenario({
  name: "load/flipped_bit",
  pieceBytes: [8192],
  covers: ["LOAD-FLIPPED"],
  given: {
    model: anyModel(),
    flips: fc.array(
      fc.record({
        choose: fc.nat(),
        at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        bit: fc.nat(7),
      }),
      { minLength: FLIPS, maxLength: FLIPS },
    ),
    waitMs: fc.constantFrom(0, 5000),
    /** Whose record says what the bytes were. */
    record: fc.constantFrom("its own", "its own", "the official client's"),
  },
  goals: [
    "the official client's record",
    "a bit of a weight file turned",
    "a bit of another file turned",
  ],
  async check({ model, flips, waitMs, record }, world, verdict) {
    const all = [...model.files, ...BESIDE];
    const isDownloaded = record === "its own";
    const directory = await placeModel(world, all, { repository, isDownloaded });
    if (!isDownloaded) {
      await writeMetadata(world.files, directory, wantedFiles(all));
      verdict.reached("the official client's record");
    }
    const subject = world.start();
    // What it learns of the whole model is not to be believed later.
    await verdict.attempt("LOAD-FLIPPED", () => subject.check({ repository }));
    const files = wantedFiles(all).filter(({ bytes }) => bytes.length > 0);
    const weights = files.filter(({ path }) => model.weightFiles.includes(path));
    const others = files.filter(({ path }) => !model.weightFiles.includes(path));
    for (const { choose, at, bit } of flips) {
      const list = choose % 2 === 0 ? weights : others;
      const victim = list[(choose >>> 1) % list.length];
      if (victim === undefined) continue;
      const bytes = victim.bytes.slice();
      const position = Math.floor(at * bytes.length);
      bytes[position] = (bytes[position] ?? 0) ^ (1 << bit);
      world.clock.advance(waitMs);
      const place = filePlace(directory, victim.path);
      await overwriteBytes(world.files, place, bytes);
      const report = await verdict.attempt("LOAD-FLIPPED", () => subject.check({ repository }));
      const lack = missingFinding(report, { causes: ["hash"], paths: [victim.path] });
      verdict.holds("LOAD-FLIPPED", lack === undefined, () => `byte ${position}: ${lack}`);
      verdict.reached(`a bit of ${list === weights ? "a weight" : "another"} file turned`);
      await overwriteBytes(world.files, place, victim.bytes);
    }
  },
});

// Helpers

/** The records of the official client, which are later than the files, as it writes them last. */
async function writeMetadata(
  disk: FileSystem,
  directory: string,
  files: readonly ModelFile[],
): Promise<void> {
  for (const file of files) {
    const { modifiedMs } = await disk.stat(filePlace(directory, file.path));
    const seconds = (modifiedMs + RECORDED_AFTER_MS) / 1000;
    const place = filePlace(directory, `${METADATA_DIRECTORY}/${file.path}.metadata`);
    await writeBytes(disk, place, Buffer.from(`${COMMIT}\n${contentEtag(file)}\n${seconds}\n`));
  }
}
