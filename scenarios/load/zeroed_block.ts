/**
 * Blocks of a weight file lost their data: a hole, or one byte value again and again.
 *
 * Invariants checked:
 * - The check refuses the file, also where nothing was recorded of it, when an aligned block inside a tensor is lost.
 * - It refuses whatever else of it is zeroed: a half, all data, everything.
 */
import fc from "fast-check";
import {
  anyDamagedModel,
  changeFiles,
  judgeDamage,
  missingFinding,
  placeModel,
  splitSafetensors,
} from "../../harness/internal.ts";
import { anyModel, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Block-4bit";
const BLOCK_BYTES = 4096;

export const zeroedBlock = scenario({
  name: "load/zeroed_block",
  pieceBytes: [8192],
  covers: ["LOAD-ZEROED"],
  given: {
    // Tensors that are large enough to hold a block.
    model: fc.oneof(
      anyModel({ quantization: undefined }),
      anyModel({ quantization: { bits: 8, groupSize: 64 } }),
      anyModel({ quantization: { bits: 4, groupSize: 128 } }),
    ),
    choose: fc.nat(),
    value: fc.oneof(fc.constantFrom(0, 0xff), fc.nat(255)),
    isDownloaded: fc.boolean(),
    damaged: anyDamagedModel("LOAD-ZEROED"),
  },
  goals: ["a block of a tensor was lost"],
  async check({ model, choose, value, isDownloaded, damaged }, world, verdict) {
    await judgeDamage(world, verdict, { id: "LOAD-ZEROED", damaged });
    const blocks = model.files
      .filter(({ path }) => model.weightFiles.includes(path))
      .flatMap(({ path, bytes }) => blocksOf(bytes).map((start) => ({ path, start })));
    const block = blocks[choose % Math.max(blocks.length, 1)];
    if (block === undefined) return;
    const { path, start } = block;
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const after = model.files.map((file) =>
      file.path === path
        ? { ...file, bytes: file.bytes.slice().fill(value, start, start + BLOCK_BYTES) }
        : file,
    );
    await changeFiles(world, directory, { before: model.files, after });
    const report = await verdict.attempt("LOAD-ZEROED", () => world.start().check({ repository }));
    const lack = missingFinding(report, {
      causes: isDownloaded ? ["zeroed", "not-a-number", "hash"] : ["zeroed", "not-a-number"],
      paths: [path],
    });
    verdict.holds("LOAD-ZEROED", lack === undefined, () => `block at ${start} of ${path}: ${lack}`);
    verdict.reached("a block of a tensor was lost");
  },
});

/** Where aligned blocks begin that lie within one matrix. */
function blocksOf(bytes: Uint8Array): number[] {
  const { entries, dataStartBytes } = splitSafetensors(bytes);
  return [...entries.values()]
    .filter(({ shape }) => shape.length > 1)
    .flatMap(({ data_offsets: [from, to] }) => {
      const first = Math.ceil((dataStartBytes + from) / BLOCK_BYTES);
      const last = Math.floor((dataStartBytes + to) / BLOCK_BYTES);
      return Array.from(
        { length: Math.max(0, last - first) },
        (_, at) => (first + at) * BLOCK_BYTES,
      );
    });
}
