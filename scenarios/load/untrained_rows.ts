/**
 * A few rows of a matrix are zeros: tokens that are only reserved, packed or not, or neurons that never fire; or a few weights of a
 * row are, which were pruned.
 *
 * Invariants checked:
 * - The model is accepted: nothing of it is missing.
 * - The same matrix is refused when twice as many bytes as a disk's block are zeros, and begin and end within rows, or
 *   where it is no matrix of tokens, with its first row or at its last.
 */
import fc from "fast-check";
import {
  changeFiles,
  encodeFloats,
  missingFinding,
  placeModel,
  splitSafetensors,
  tinyLlama,
} from "../../harness/internal.ts";
import { type ModelFile, scenario } from "../../harness/mod.ts";

const repository = "mlx-community/Rows-4bit";
const WEIGHTS = "model.safetensors";
const BLOCK_BYTES = 4096;
/** What is pruned in a row is a few groups of weights, and less than a hole. */
const PRUNED_MAX = 96;
/** Neurons die alone, so that only few rows follow each other. */
const DEAD_MAX = 4;
const RESERVED_MAX = 40;
const MATRICES = {
  reserved: "model.embed_tokens.weight",
  dead: "model.layers.0.mlp.up_proj.weight",
  pruned: "model.layers.0.mlp.up_proj.weight",
  packed: "model.embed_tokens.weight",
} as const;
const KINDS = Object.keys(MATRICES) as (keyof typeof MATRICES)[];
const REACHED = {
  reserved: "reserved tokens",
  dead: "dead neurons",
  pruned: "pruned weights",
  packed: "reserved tokens, packed",
} as const;
/** Rows of 256 bytes too, since those of models that are used are longer. */
const PACKED = {
  hiddenSize: 256,
  intermediateSize: 256,
  layers: 1,
  quantization: { bits: 8, groupSize: 32 },
} as const;
/** What MLX gives a group of zeros. */
const SCALE_OF_ZEROS = 1e-7;

export const untrainedRows = scenario({
  name: "load/untrained_rows",
  pieceBytes: [256, 8192],
  covers: ["LOAD-SOUND", "LOAD-ZEROED"],
  given: {
    family: fc.constantFrom("llama" as const, "qwen3" as const),
    // Rows of 256 and of 512 bytes; those of models that are used are longer.
    dtype: fc.constantFrom("F16" as const, "BF16" as const, "F32" as const),
    seed: fc.nat(3),
    which: fc.constantFrom(...KINDS),
    count: fc.nat(RESERVED_MAX - 1),
    place: fc.constantFrom("the first", "the last", "others" as const),
    choose: fc.nat(1000),
  },
  goals: ["reserved tokens", "dead neurons", "pruned weights", "reserved tokens, packed"],
  async check({ family, dtype, seed, which, count, place, choose }, world, verdict) {
    const size = { hiddenSize: 128, intermediateSize: 256, quantization: undefined } as const;
    const how = which === "packed" ? PACKED : size;
    const model = tinyLlama({ family, dtype, seed, ...how });
    const bytes = model.files.find(({ path }) => path === WEIGHTS)?.bytes ?? Buffer.of();
    const { entries, dataStartBytes } = splitSafetensors(bytes);
    const entry = entries.get(MATRICES[which]);
    if (entry === undefined) return;
    const [rows = 0] = entry.shape;
    const [from, to] = entry.data_offsets;
    const rowBytes = (to - from) / rows;
    // Reserved tokens are at an end; between others, few rows are less than a block.
    const isOfTokens = which === "reserved" || which === "packed";
    const isMany = isOfTokens && place !== "others";
    const length = (count % (isMany ? RESERVED_MAX : DEAD_MAX)) + 1;
    const among = 1 + (choose % (rows - 50));
    const first = { "the first": 0, "the last": rows - length, others: among }[place];
    const start = dataStartBytes + from + first * rowBytes;
    // Not from the beginning of a row.
    const pruned = {
      at: start + rowBytes / 8,
      sizeBytes: (rowBytes / 128) * (32 + (choose % (PRUNED_MAX - 32))),
    };
    const withWeights = (changed: Uint8Array): ModelFile[] =>
      model.files.map((file) => (file.path === WEIGHTS ? { ...file, bytes: changed } : file));
    const zeroed = (at: number, sizeBytes: number) =>
      withWeights(bytes.slice().fill(0, at, at + sizeBytes));
    const sound = {
      reserved: () => zeroed(start, length * rowBytes),
      dead: () => zeroed(start, length * rowBytes),
      pruned: () => zeroed(pruned.at, pruned.sizeBytes),
      packed: () => withWeights(withPackedZeros(bytes, { first, length, dtype })),
    }[which]();
    const directory = await placeModel(world, sound, { repository, isDownloaded: false });
    const extent = which === "pruned" ? `${pruned.sizeBytes} bytes of row` : `${length} rows of`;
    const what = `${extent} ${rowBytes} bytes of ${MATRICES[which]}, from ${first}`;
    const check = () => world.start().check({ repository });
    const { loadable, findings } = await verdict.attempt("LOAD-SOUND", check);
    const blamed = findings.find(({ level }) => level === "error")?.detail;
    verdict.holds("LOAD-SOUND", loadable, () => `zeros in ${what}: ${blamed}`);
    verdict.reached(REACHED[which]);

    const isAtEdge = !isOfTokens && place !== "others";
    const within = from + (1 + (choose % 8)) * rowBytes + rowBytes / 2;
    const edge = place === "the first" ? from : to - 2 * BLOCK_BYTES;
    const after = zeroed(dataStartBytes + (isAtEdge ? edge : within), 2 * BLOCK_BYTES);
    await changeFiles(world, directory, { before: sound, after });
    const report = await verdict.attempt("LOAD-ZEROED", check);
    const lack = missingFinding(report, { causes: ["zeroed"], paths: [WEIGHTS] });
    verdict.holds(
      "LOAD-ZEROED",
      lack === undefined,
      () => `${MATRICES[which]}, a hole ${isAtEdge ? place : "within"}: ${lack}`,
    );
  },
});

/** Rows of the embedding that are packed as MLX packs zeros. */
function withPackedZeros(
  bytes: Uint8Array,
  rows: {
    readonly first: number;
    readonly length: number;
    readonly dtype: "F16" | "BF16" | "F32";
  },
): Uint8Array {
  const { first, length, dtype } = rows;
  const { entries, dataStartBytes } = splitSafetensors(bytes);
  const copy = bytes.slice();
  for (const part of ["weight", "scales", "biases"]) {
    const entry = entries.get(`model.embed_tokens.${part}`);
    if (entry === undefined) continue;
    const [from, to] = entry.data_offsets;
    const rowBytes = (to - from) / (entry.shape[0] ?? 1);
    const count = length * (entry.shape[1] ?? 1);
    const values =
      part === "scales"
        ? encodeFloats(new Float32Array(count).fill(SCALE_OF_ZEROS), dtype)
        : new Uint8Array(length * rowBytes);
    copy.set(values, dataStartBytes + from + first * rowBytes);
  }
  return copy;
}
