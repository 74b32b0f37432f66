import { assembleModel } from "../assemble_model.ts";
import type { TinyModel } from "../model_file.ts";
import { tinyFamilyConfig } from "./tiny_family_config.ts";
import type { TinyFamily, TinyFamilyOptions } from "./tiny_family_options.ts";
import { tinyFamilyTensors } from "./tiny_family_tensors.ts";

const DEFAULTS: Omit<TinyFamilyOptions, "family" | "intermediateSize" | "expertSize"> = {
  seed: 0,
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headSize: undefined,
  vocabSize: 288,
  experts: 4,
  attentionBias: false,
  mlpBias: false,
  ropeTheta: 10_000,
  config: {},
  dtype: "F32",
  quantization: undefined,
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

/**
 * Makes a complete MLX repository of a model that shares its parts with llama: with other norms, factors, fused
 * matrices or experts.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tinyFamily } from "mlx-conform/internal";
 *
 * const model = tinyFamily("mixtral", { experts: 3 });
 * assert.equal(model.config["num_local_experts"], 3);
 * ```
 */
export function tinyFamily(
  family: TinyFamily,
  options: Partial<Omit<TinyFamilyOptions, "family">> = {},
): TinyModel {
  const hiddenSize = options.hiddenSize ?? DEFAULTS.hiddenSize;
  const sizes = { intermediateSize: hiddenSize * 2, expertSize: hiddenSize };
  const full = { ...DEFAULTS, ...sizes, ...options, family };
  const { quantization } = full;
  const tensors = tinyFamilyTensors({
    ...full,
    quantizationOf: (layer) => {
      const own = quantization?.perLayer?.[layer];
      return own === false ? undefined : (own ?? quantization);
    },
  });
  return assembleModel(full, { config: tinyFamilyConfig(full), tensors, label: labelOf(full) });
}

function labelOf(options: TinyFamilyOptions): string {
  const { family, hiddenSize, layers, quantization, dtype, shards, seed } = options;
  const mode = quantization !== undefined && "mode" in quantization ? quantization.mode : "affine";
  return [
    `${family} h${hiddenSize} l${layers}`,
    quantization === undefined
      ? dtype
      : `${mode} ${quantization.bits}-bit/g${quantization.groupSize} ${dtype}`,
    options.tied ? "tied" : "untied",
    `${shards} files`,
    `config ${JSON.stringify(options.config)}`,
    `seed ${seed}`,
  ].join(", ");
}
