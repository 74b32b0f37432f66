/**
 * A weight file has bytes after its last tensor: one, many, or another body.
 *
 * Invariants checked:
 * - The check refuses it as one with trailing bytes, with its path.
 */
import fc from "fast-check";
import { changeFiles, missingFinding, placeModel } from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Tail-4bit";

export const trailingBytes = scenario({
  name: "load/trailing_bytes",
  pieceBytes: [8192],
  covers: ["LOAD-TRAILING"],
  given: {
    model: anyModel(),
    choose: fc.nat(3),
    tail: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 20_000 }).map((sizeBytes) => new Uint8Array(sizeBytes)),
      fc.constant("the file again" as const),
    ),
    isDownloaded: fc.boolean(),
  },
  async check({ model, choose, tail, isDownloaded }, world, verdict) {
    const path = model.weightFiles[choose % model.weightFiles.length] ?? "";
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const after = model.files.map((file) => {
      const end = tail === "the file again" ? file.bytes : tail;
      return file.path === path ? { ...file, bytes: Buffer.concat([file.bytes, end]) } : file;
    });
    await changeFiles(world, directory, { before: model.files, after });
    const report = await verdict.attempt("LOAD-TRAILING", () =>
      world.start().check({ repository }),
    );
    const lack = missingFinding(report, { causes: ["trailing-bytes"], paths: [path] });
    verdict.holds("LOAD-TRAILING", lack === undefined, () => `${lack}`);
  },
});
