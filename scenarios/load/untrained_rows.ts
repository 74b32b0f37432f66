/**
 * A few rows of a matrix are zeros: tokens that are only reserved, or neurons that never fire.
 *
 * Invariants checked:
 * - The model is accepted: nothing of it is missing.
 * - The same matrix is refused when twice as many bytes as a disk's block are zeros, and begin and end within rows.
 */
import fc from "fast-check";
import {
  changeFiles,
  missingFinding,
  placeModel,
  splitSafetensors,
  tinyLlama,
} from "../../harness/internal.ts";
import { type ModelFile, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Rows-4bit";
const WEIGHTS = "model.safetensors";
const BLOCK_BYTES = 4096;
/** Neurons die alone, so that only few rows follow each other. */
const DEAD_MAX = 4;
const RESERVED_MAX = 40;
const MATRICES = {
  reserved: "model.embed_tokens.weight",
  dead: "model.layers.0.mlp.up_proj.weight",
} as const;

export const untrainedRows = scenario({
  name: "load/untrained_rows",
  pieceBytes: [256, 8192],
  covers: ["LOAD-SOUND", "LOAD-ZEROED"],
  given: {
    family: fc.constantFrom("llama" as const, "qwen3" as const),
    // Rows of 256 and of 512 bytes; those of models that are used are longer.
    dtype: fc.constantFrom("F16" as const, "BF16" as const, "F32" as const),
    seed: fc.nat(3),
    which: fc.constantFrom("reserved" as const, "dead" as const),
    count: fc.nat(RESERVED_MAX - 1),
    place: fc.constantFrom("the first", "the last", "others" as const),
    choose: fc.nat(1000),
  },
  goals: ["reserved tokens", "dead neurons"],
  async check({ family, dtype, seed, which, count, place, choose }, world, verdict) {
    const size = { hiddenSize: 128, intermediateSize: 256 } as const;
    const model = tinyLlama({ family, dtype, seed, ...size, quantization: undefined });
    const bytes = model.files.find(({ path }) => path === WEIGHTS)?.bytes ?? Buffer.of();
    const { entries, dataStartBytes } = splitSafetensors(bytes);
    const entry = entries.get(MATRICES[which]);
    if (entry === undefined) return;
    const [rows = 0] = entry.shape;
    const [from, to] = entry.data_offsets;
    const rowBytes = (to - from) / rows;
    // Reserved tokens are at an end; between others, few rows are less than a block.
    const isMany = which === "reserved" && place !== "others";
    const length = (count % (isMany ? RESERVED_MAX : DEAD_MAX)) + 1;
    const among = 1 + (choose % (rows - 50));
    const first = { "the first": 0, "the last": rows - length, others: among }[place];
    const start = dataStartBytes + from + first * rowBytes;
    const zeroed = (at: number, sizeBytes: number): ModelFile[] =>
      model.files.map((file) =>
        file.path === WEIGHTS
          ? { ...file, bytes: bytes.slice().fill(0, at, at + sizeBytes) }
          : file,
      );
    const sound = zeroed(start, length * rowBytes);
    const directory = await placeModel(world, sound, { repository, isDownloaded: false });
    const what = `${length} rows of ${rowBytes} bytes of ${MATRICES[which]}, from ${first}`;
    const check = () => world.start().check({ repository });
    const { loadable, findings } = await verdict.attempt("LOAD-SOUND", check);
    const blamed = findings.find(({ level }) => level === "error")?.detail;
    verdict.holds("LOAD-SOUND", loadable, () => `zeros in ${what}: ${blamed}`);
    verdict.reached(which === "reserved" ? "reserved tokens" : "dead neurons");

    const hole = dataStartBytes + from + (1 + (choose % 8)) * rowBytes + rowBytes / 2;
    const after = zeroed(hole, 2 * BLOCK_BYTES);
    await changeFiles(world, directory, { before: sound, after });
    const report = await verdict.attempt("LOAD-ZEROED", check);
    const lack = missingFinding(report, { causes: ["zeroed"], paths: [WEIGHTS] });
    verdict.holds("LOAD-ZEROED", lack === undefined, () => `${MATRICES[which]}: ${lack}`);
  },
});
