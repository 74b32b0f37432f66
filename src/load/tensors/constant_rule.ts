import type { ConstantRun } from "../bytes/constant_runs.ts";
import type { TensorEntry } from "../bytes/parse_safetensors_header.ts";

/*
 * When do equal bytes show that data is missing?
 *
 * Vectors (biases, norms) may well be all zeros or all ones, and so may masks and tables of positions. Matrices
 * of trained weights are not:
 *
 * - MLX packs each group of 32 to 128 weights so that its lowest and its highest value get different codes. A
 *   group of equal bytes is therefore a group of equal weights, which happens in rows that were never trained:
 *   tokens that are only reserved. 512 bytes are at least four groups, in every packing.
 * - The scale of such a group is 1e-7, never 0; its bias is 0, but not in a good half of a trained matrix.
 *   Scales in one byte repeat when the weights are evenly spread.
 * - A row of zeros in full precision is an untrained token or a pruned neuron, and it ends where the row ends.
 *
 * So a long run is data only if it consists of whole rows, is made of a code that stands for zero, and leaves
 * most of the matrix alone. Outside of vocabularies neurons die alone, so that only few rows may follow each
 * other. A hole that a disk or a download leaves begins and ends at a multiple of its block, counted from the
 * start of the file, and almost never at a row.
 *
 * In architectures whose tensors are not known only longer runs count, as their matrices may be tables.
 */

/** Runs below this are never looked for. */
export const RUN_SIZE_BYTES_MIN = 16;

const LONG_RUN_SIZE_BYTES = 512;
const UNKNOWN_RUN_SIZE_BYTES = 4096;

/** Real rows are longer than this; only toys have shorter ones. */
const ROW_SIZE_BYTES_MIN = 192;

/** What a disk or a download loses at once. Rows of a quarter of it and more cannot be distinguished from it by size. */
const BLOCK_SIZE_BYTES = 4096;

/** How many neurons may be dead in a row. */
const DEAD_ROWS_MAX = 4;

const VOCABULARY_REGEXP = /embed|lm_head|wte|tok_|output/;

/** Coincidence may lengthen a run of rows by a few bytes. */
const SLACK_SIZE_BYTES = 8;

/** Codes of zero: as affine and floating-point packing have it, and in the middle of 4 and of 8 bits. */
const ZERO_CODES = new Set([0x00, 0x88, 0x80]);

/** What is known about a tensor beside its entry. */
export interface ConstantRuleOptions {
  readonly name: string;
  /** Whether the architecture's tensors are known. */
  readonly isKnown: boolean;
}

/** Whether equal bytes in a tensor can mean anything. */
export function isJudgedForConstants(entry: TensorEntry, options: ConstantRuleOptions): boolean {
  const { name, isKnown } = options;
  if (!/\.(?:weight|scales|biases)$/.test(name) || /pos(?:ition|_)|rotary|inv_freq/.test(name))
    return false;
  if (entry.shape.length >= 2) return isKnown || !name.endsWith(".biases");
  // A llama's norms multiply, so that zeros in a good part of one silence the model.
  return isKnown && name.endsWith("norm.weight");
}

/** Whether a run of equal bytes in such a tensor shows that its data is missing. */
export function isMissingData(
  run: ConstantRun,
  entry: TensorEntry,
  options: ConstantRuleOptions,
): boolean {
  const sizeBytes = entry.end - entry.start;
  if (entry.shape.length < 2) return run.value === 0 && run.sizeBytes * 4 >= sizeBytes;
  if (options.name.endsWith(".biases")) return run.value === 0 && run.sizeBytes * 2 >= sizeBytes;
  if (entry.dtype === "U8" && run.value !== 0x00 && run.value !== 0xff) return false;
  if (!isLong(run, sizeBytes, options)) return false;
  return !isUntrainedRows(run, entry, options.name);
}

function isLong(run: ConstantRun, sizeBytes: number, options: ConstantRuleOptions): boolean {
  const isPacked = options.name.endsWith(".scales");
  if (!options.isKnown && !isPacked) return run.sizeBytes >= UNKNOWN_RUN_SIZE_BYTES;
  const isMostOfIt = run.sizeBytes * 2 >= sizeBytes && run.sizeBytes >= RUN_SIZE_BYTES_MIN * 2;
  return run.sizeBytes >= LONG_RUN_SIZE_BYTES || isMostOfIt;
}

function isUntrainedRows(run: ConstantRun, entry: TensorEntry, name: string): boolean {
  const sizeBytes = entry.end - entry.start;
  const rowSizeBytes =
    sizeBytes / entry.shape.slice(0, -1).reduce((product, size) => product * size, 1);
  // A scale of 0 in one byte is what nvfp4 has for a group of zeros; such rows are short.
  const rowSizeBytesMin = entry.dtype === "U8" ? RUN_SIZE_BYTES_MIN : ROW_SIZE_BYTES_MIN;
  if (rowSizeBytes < rowSizeBytesMin || !ZERO_CODES.has(run.value)) return false;
  if (run.sizeBytes * 2 >= sizeBytes) return false;
  const end = run.start + run.sizeBytes;
  const head = (rowSizeBytes - (run.start % rowSizeBytes)) % rowSizeBytes;
  if (head >= SLACK_SIZE_BYTES || end % rowSizeBytes >= SLACK_SIZE_BYTES) return false;
  if (!VOCABULARY_REGEXP.test(name)) return run.sizeBytes < rowSizeBytes * (DEAD_ROWS_MAX + 1);
  const isAtEdge = run.start === 0 || end === sizeBytes;
  const isLikeBlock = run.sizeBytes % BLOCK_SIZE_BYTES === 0;
  return isAtEdge || !isLikeBlock || rowSizeBytes * 4 >= BLOCK_SIZE_BYTES;
}
