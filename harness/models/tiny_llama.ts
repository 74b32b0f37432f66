import type { TinyLlamaOptions } from "./tiny_llama_options.ts";
import { assembleModel } from "./assemble_model.ts";
import type { TinyModel } from "./model_file.ts";
import { PLAIN_LLAMA } from "./llama_family.ts";
import { tinyLlamaConfig } from "./tiny_llama_config.ts";
import { tinyLlamaTensors } from "./tiny_llama_tensors.ts";

const DEFAULTS: Omit<TinyLlamaOptions, "intermediateSize"> = {
  ...PLAIN_LLAMA,
  seed: 0,
  hiddenSize: 32,
  layers: 1,
  heads: 4,
  kvHeads: 2,
  vocabSize: 288,
  dtype: "F16",
  quantization: { bits: 4, groupSize: 32 },
  tied: true,
  shards: 1,
  index: true,
  staleIndex: false,
  nested: false,
  duplicateBlob: false,
  chatTemplate: "jinja-file",
  generationConfig: true,
  extraFiles: false,
  lfsTokenizer: true,
};

/** Enough for one run's repeated draws, and bounded: a model has up to a megabyte. */
const CACHED_MODELS_MAX = 128;

const cachedModels = new Map<string, TinyModel>();

/**
 * Makes a complete MLX repository that mlx-lm loads and generates from: `LOAD-SOUND`.
 *
 * Models are cached by their parameters, so the bytes must not be changed.
 *
 * @throws {RangeError} when sizes do not fit each other, such as a group that is wider than a row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tinyLlama } from "mlx-conform";
 *
 * const model = tinyLlama({ shards: 2, tied: false });
 * assert.deepEqual(model.weightFiles, [
 *   "model-00001-of-00002.safetensors",
 *   "model-00002-of-00002.safetensors",
 * ]);
 * ```
 */
export function tinyLlama(options: Partial<TinyLlamaOptions> = {}): TinyModel {
  const hiddenSize = options.hiddenSize ?? DEFAULTS.hiddenSize;
  const full = { ...DEFAULTS, intermediateSize: hiddenSize * 2, ...options };
  // As entries, because JSON leaves out a key whose value is `undefined`: no quantization is a choice too.
  const key = JSON.stringify(Object.entries(full).sort(([a], [b]) => (a < b ? -1 : 1)));
  const cached = cachedModels.get(key);
  if (cached !== undefined) {
    return cached;
  }
  const model = makeLlama(full);
  const oldest = cachedModels.keys().next();
  if (cachedModels.size >= CACHED_MODELS_MAX && oldest.done !== true) {
    cachedModels.delete(oldest.value);
  }
  cachedModels.set(key, model);
  return model;
}

function makeLlama(options: TinyLlamaOptions): TinyModel {
  requireFittingSizes(options);
  const config = tinyLlamaConfig(options);
  const { quantization } = options;
  const tensors = tinyLlamaTensors({
    ...options,
    quantizationOf: (layer) => {
      const own = quantization?.perLayer?.[layer];
      return own === false ? undefined : (own ?? quantization);
    },
  });
  return assembleModel(options, { config, tensors, label: labelOf(options) });
}

function labelOf(options: TinyLlamaOptions): string {
  const { hiddenSize, layers, quantization, dtype, shards, seed } = options;
  const mixed = quantization?.perLayer === undefined ? "" : " mixed";
  return [
    `${options.family} h${hiddenSize} l${layers} v${options.vocabSize}`,
    quantization === undefined
      ? dtype
      : `${"mode" in quantization ? `${quantization.mode} ` : ""}${quantization.bits}-bit/g${quantization.groupSize}${mixed} ${dtype}`,
    options.tied ? "tied" : "untied",
    shards === 1 ? "1 file" : `${shards} shards`,
    ...(options.staleIndex ? ["stale index"] : []),
    ...(options.nested ? ["nested"] : []),
    `template ${options.chatTemplate}`,
    `seed ${seed}`,
  ].join(", ");
}

function requireFittingSizes(options: TinyLlamaOptions): void {
  const { hiddenSize, heads, kvHeads, intermediateSize, quantization } = options;
  const headSize = options.headSize ?? hiddenSize / heads;
  if (!Number.isInteger(headSize) || headSize % 2 !== 0 || heads % kvHeads !== 0) {
    throw new RangeError(
      `Cannot split a hidden size of ${hiddenSize} into ${heads} heads with ${kvHeads} key-value heads: each must divide the one before, and a head must be even`,
    );
  }
  const groups = [quantization, ...Object.values(quantization?.perLayer ?? {})]
    .filter((value) => value !== undefined && value !== false)
    .map(({ groupSize }) => groupSize);
  const rowSizes = [hiddenSize, intermediateSize, headSize * heads];
  const misfit = groups.find((group) => rowSizes.some((size) => size % group !== 0));
  if (misfit !== undefined) {
    throw new RangeError(
      `Cannot quantize in groups of ${misfit}: the hidden size ${hiddenSize}, the intermediate size ${intermediateSize} and the ${headSize * heads} numbers of all heads must be multiples of it`,
    );
  }
}
