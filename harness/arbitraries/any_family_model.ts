import fc from "fast-check";
import {
  FLOAT_PACKINGS,
  type LlamaFamily,
  tinyLlama,
  type TinyLlamaOptions,
  type TinyModel,
} from "../models/mod.ts";
import { anyLlamaOptions, labelledModel, type ModelConstraints } from "./any_model.ts";

/**
 * Draws tiny models as {@linkcode anyModel}, of all four types of the llama family, with what only some of them have: biases,
 * heads of a size of their own, and windows.
 *
 * @param options `hasFloatPackings`: whether some are packed in floats
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anyFamilyModel } from "mlx-conform/internal";
 *
 * const models = fc.sample(anyFamilyModel({ shards: 1 }), { numRuns: 50, seed: 1 });
 * const types = new Set(models.map(({ config }) => config["model_type"]));
 * assert.deepEqual([...types].sort(), ["llama", "mistral", "qwen2", "qwen3"]);
 * ```
 */
export function anyFamilyModel(
  constraints: ModelConstraints = {},
  options: { readonly hasFloatPackings?: boolean } = {},
): fc.Arbitrary<TinyModel> {
  const { hasFloatPackings = false } = options;
  const drawn = fc.record({
    options: anyLlamaOptions(constraints),
    family: fc.constantFrom<LlamaFamily[]>("llama", "llama", "mistral", "qwen2", "qwen3"),
    attentionBias: fc.boolean(),
    mlpBias: fc.boolean(),
    hasOwnHeadSize: fc.boolean(),
    isWindowed: fc.boolean(),
    packing: fc.option(fc.constantFrom(...FLOAT_PACKINGS), { freq: 3, nil: undefined }),
  });
  const isFloat = (quantization: unknown) => hasFloatPackings && quantization !== undefined;
  return drawn.map(({ options: plain, family, packing, ...own }) => {
    const isPlain = family === "llama" || family === "mistral";
    const hiddenSize = plain.hiddenSize ?? 32;
    const full: Partial<TinyLlamaOptions> = {
      ...plain,
      family,
      attentionBias: isPlain && own.attentionBias,
      mlpBias: isPlain && own.mlpBias,
      headSize: own.hasOwnHeadSize && family !== "qwen2" ? hiddenSize / 2 : undefined,
      slidingWindow: isPlain && own.isWindowed ? 8 : undefined,
      ...(packing !== undefined && isFloat(plain.quantization) && { quantization: packing }),
      ...constraints,
    };
    return labelledModel(tinyLlama(full));
  });
}
