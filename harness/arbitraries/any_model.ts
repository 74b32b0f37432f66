import fc from "fast-check";
import {
  GROUP_SIZES,
  type Quantization,
  QUANTIZATION_BITS,
  tinyLlama,
  type TinyLlamaOptions,
  type TinyModel,
  type TinyQuantization,
} from "../models/mod.ts";

/** Parameters that every drawn model has; the others are drawn. */
export type ModelConstraints = Partial<Omit<TinyLlamaOptions, "hiddenSize" | "intermediateSize">>;

/**
 * Draws tiny models that a real MLX runtime loads; it shrinks to one small 4-bit file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import fc from "fast-check";
 * import { anyModel } from "mlx-conform";
 *
 * const [model] = fc.sample(anyModel({ shards: 2 }), 1);
 * assert.equal(model?.weightFiles.length, 2);
 * ```
 */
export function anyModel(constraints: ModelConstraints = {}): fc.Arbitrary<TinyModel> {
  return anyLlamaOptions(constraints).map((options) => labelledModel(tinyLlama(options)));
}

/** Draws the parameters of a tiny model, for a test that changes one of them. */
export function anyLlamaOptions(
  constraints: ModelConstraints = {},
): fc.Arbitrary<Partial<TinyLlamaOptions>> {
  const options = fc.record({
    // Few seeds, so that the models' cache has something to give.
    seed: fc.nat(7),
    layers: fc.constantFrom(1 as const, 1 as const, 2 as const),
    headCounts: fc.constantFrom([4, 2], [4, 4], [2, 1]),
    vocabSize: fc.constantFrom(288, 259, 261, 320),
    dtype: fc.constantFrom("F16" as const, "BF16" as const, "F32" as const),
    quantization: anyQuantization(),
    tied: fc.boolean(),
    shards: fc.constantFrom(1 as const, 1 as const, 2 as const, 3 as const, 4 as const),
    index: fc.boolean().map((absent) => !absent),
    staleIndex: rarely(),
    nested: rarely(),
    duplicateBlob: rarely(),
    chatTemplate: fc.constantFrom("jinja-file" as const, "in-config" as const, "none" as const),
    generationConfig: fc.boolean(),
    extraFiles: rarely(),
    lfsTokenizer: fc.boolean().map((small) => !small),
  });
  return options.map(({ headCounts: [heads = 4, kvHeads = 2], ...drawn }) => {
    const full = { ...drawn, heads, kvHeads, ...constraints };
    const { quantization } = full;
    const overrides = Object.values(quantization?.perLayer ?? {}).filter((own) => own !== false);
    // A group never spans two rows, so the widest group decides how small the model can be.
    const groups = [quantization, ...overrides].map((own) => own?.groupSize ?? 32);
    const hiddenSize = groups.includes(128) ? 128 : groups.includes(64) ? 64 : 32;
    return { ...full, hiddenSize, intermediateSize: hiddenSize === 128 ? 128 : hiddenSize * 2 };
  });
}

/** Draws how a model is quantized: all bits and groups, layers that differ, and not at all. */
export function anyQuantization(): fc.Arbitrary<TinyQuantization | undefined> {
  const uniform: fc.Arbitrary<Quantization> = fc.record({
    bits: fc.constantFrom(4 as const, ...QUANTIZATION_BITS),
    // Narrow groups more often: a wide one needs a model sixteen times the size.
    groupSize: fc.constantFrom(32 as const, 32 as const, 64 as const, ...GROUP_SIZES),
  });
  const layer = fc.constantFrom(
    "model.layers.0.mlp.down_proj",
    "model.layers.0.self_attn.v_proj",
    "model.embed_tokens",
  );
  const mixed = fc
    .tuple(
      uniform,
      fc.dictionary(layer, fc.oneof(fc.constant(false as const), uniform), { minKeys: 1 }),
    )
    .map(([base, perLayer]): TinyQuantization => ({ ...base, perLayer }));
  return fc.oneof(
    { withCrossShrink: true },
    { arbitrary: uniform, weight: 5 },
    { arbitrary: mixed, weight: 2 },
    { arbitrary: fc.constant(undefined), weight: 1 },
  );
}

function rarely(): fc.Arbitrary<boolean> {
  return fc.nat(3).map((number) => number === 3);
}

/** Gives a model that a failing property prints by its label instead of by all its bytes. */
export function labelledModel(model: TinyModel): TinyModel {
  // Not enumerable: two equal models stay equal.
  return Object.defineProperty({ ...model }, fc.toStringMethod, { value: () => model.label });
}
