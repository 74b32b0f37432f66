/**
 * Blocks of a weight file lost their data: a hole, or one byte value again and again.
 *
 * Invariants checked:
 * - The check refuses the file, also where nothing was recorded of it, when an aligned block inside a tensor is lost, in models of
 *   any module of mlx-lm: there, inside a matrix of weights.
 * - So it does where the other weight files have records, which say nothing of this one.
 * - It refuses whatever else of it is zeroed: a half, all data, everything.
 */
import fc from "fast-check";
import {
  anyDamagedModel,
  changeFiles,
  judgeDamage,
  missingFinding,
  placeModel,
  recordAsOthers,
  splitSafetensors,
} from "../../harness/internal.ts";
import { anyModel, type ModelFile, scenario } from "../../harness/mod.ts";
import { moduleFiles, moduleModels } from "./modules/module_models.ts";

const repository = "mlx-community/Block-4bit";
const WEIGHTS = "model.safetensors";
const BLOCK_BYTES = 4096;
const COMMIT = "b".repeat(40);
/** Scales of one byte, of which there are many only where there are many rows. */
const ONE_BYTE_SCALES = {
  quantization: { mode: "mxfp4", bits: 4, groupSize: 32 },
  vocabSize: 9_216,
  layers: 1,
} as const;

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
      anyModel(ONE_BYTE_SCALES),
      anyModel({ quantization: undefined, shards: 2 }),
      anyModel({ quantization: undefined, shards: 3 }),
    ),
    // A model of any module takes as long as several of the others.
    module: fc.oneof(
      { weight: 2, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.nat(9_999) },
    ),
    choose: fc.nat(),
    value: fc.oneof(fc.constantFrom(0, 0xff), fc.nat(255)),
    isDownloaded: fc.boolean(),
    areOthersRecorded: fc.constantFrom(true, true, false),
    damaged: anyDamagedModel("LOAD-ZEROED"),
  },
  goals: [
    "a block of a tensor was lost",
    "a block of scales of one byte was lost",
    "a block of another architecture was lost",
    "only other files had a record",
  ],
  async check(given, world, verdict) {
    const { module, choose, value, isDownloaded, areOthersRecorded, damaged } = given;
    await judgeDamage(world, verdict, { id: "LOAD-ZEROED", damaged });
    const model = module === undefined ? given.model : modelOfModule(module);
    const blocks = model.files
      .filter(({ path }) => model.weightFiles.includes(path))
      .flatMap(({ path, bytes }) => blocksOf(bytes).map((block) => ({ path, ...block })))
      .filter(({ name }) => module === undefined || isOfWeights(name));
    const ofScales = blocks.filter(({ dtype }) => dtype === "U8");
    const list = ofScales.length > 0 ? ofScales : blocks;
    const block = list[choose % Math.max(list.length, 1)];
    if (block === undefined) return;
    const { path, start, dtype } = block;
    // Of scales of one byte many may be equal, but none is this.
    const lost = dtype === "U8" ? (value % 2) * 0xff : value;
    const directory = await placeModel(world, model.files, { repository, isDownloaded });
    const others = model.files.filter(
      (file) => model.weightFiles.includes(file.path) && file.path !== path,
    );
    if (areOthersRecorded && !isDownloaded) {
      await recordAsOthers(world, directory, { files: others, commit: COMMIT });
      if (others.length > 0) verdict.reached("only other files had a record");
    }
    const after = model.files.map((file) =>
      file.path === path
        ? { ...file, bytes: file.bytes.slice().fill(lost, start, start + BLOCK_BYTES) }
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
    if (dtype === "U8") verdict.reached("a block of scales of one byte was lost");
    if (module !== undefined) verdict.reached("a block of another architecture was lost");
  },
});

function modelOfModule(at: number): {
  readonly files: readonly ModelFile[];
  readonly weightFiles: readonly string[];
} {
  const all = moduleModels();
  const model = all[at % all.length];
  return { files: model === undefined ? [] : moduleFiles(model), weightFiles: [WEIGHTS] };
}

/** Whether a tensor is a matrix of weights, and no table that may repeat a value: rows of tokens, positions. */
function isOfWeights(name: string): boolean {
  return name.endsWith(".weight") && !/embed|wte|wpe|pos|rotary|inv_freq|lm_head|norm/.test(name);
}

/** Where aligned blocks begin that lie within one matrix. */
function blocksOf(
  bytes: Uint8Array,
): { readonly name: string; readonly start: number; readonly dtype: string }[] {
  const { entries, dataStartBytes } = splitSafetensors(bytes);
  return [...entries]
    .filter(([, { shape }]) => shape.length > 1)
    .flatMap(
      ([
        name,
        {
          dtype,
          data_offsets: [from, to],
        },
      ]) => {
        const first = Math.ceil((dataStartBytes + from) / BLOCK_BYTES);
        const last = Math.floor((dataStartBytes + to) / BLOCK_BYTES);
        return Array.from({ length: Math.max(0, last - first) }, (_, at) => ({
          name,
          dtype,
          start: (first + at) * BLOCK_BYTES,
        }));
      },
    );
}
