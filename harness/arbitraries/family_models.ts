import fc from "fast-check";
import {
  GROUP_SIZES,
  type LlamaFamily,
  type Quantization,
  QUANTIZATION_BITS,
  tinyLlama,
  type TinyLlamaOptions,
  type TinyModel,
  type TinyQuantization,
} from "../models/mod.ts";

/** A model of the llama family and a prompt for it. */
export interface FamilyCase {
  readonly model: TinyModel;
  /** What makes this model differ from others of its family, for a report. */
  readonly traits: string;
  readonly dtype: TinyLlamaOptions["dtype"];
  readonly promptIds: readonly number[];
}

const FAMILIES: readonly LlamaFamily[] = ["llama", "mistral", "qwen2", "qwen3"];

const PACKINGS: readonly (Quantization | undefined)[] = [
  undefined,
  ...QUANTIZATION_BITS.flatMap((bits) => GROUP_SIZES.map((groupSize) => ({ bits, groupSize }))),
];

/** How many models have every family with every packing, and with none. */
export const FAMILY_CASES_MIN = FAMILIES.length * PACKINGS.length;

const ROPES: readonly TinyLlamaOptions["ropeScaling"][] = [
  null,
  { rope_type: "default" },
  { type: "linear", factor: 2.5 },
  {
    rope_type: "llama3",
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 64,
  },
  { rope_type: "yarn", factor: 4, original_max_position_embeddings: 32 },
];

/** Tokens that every model has. */
const TOKENS = 259;

/**
 * Makes models of the llama family for a comparison with real MLX: the first {@linkcode FAMILY_CASES_MIN} have each
 * family with each packing once; ties, shards, mixed packings, rotations, biases, head sizes, windows, dtypes
 * and prompts are drawn.
 *
 * @param seed same seed, same models; a longer list begins with the shorter one
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { familyCases } from "mlx-layout/harness/internal";
 *
 * const types = familyCases(4, 1).map(({ model }) => model.config["model_type"]);
 * assert.deepEqual(types, ["llama", "mistral", "qwen2", "qwen3"]);
 * ```
 */
export function familyCases(count: number, seed: number): FamilyCase[] {
  const drawn = fc.sample(anyTraits(), { numRuns: count, seed });
  return drawn.map((traits, index) => {
    const family = FAMILIES[index % FAMILIES.length] ?? "llama";
    const packing = PACKINGS[Math.floor(index / FAMILIES.length) % PACKINGS.length];
    const options = optionsOf(family, packing, traits);
    return {
      model: tinyLlama(options),
      traits: describe(options),
      dtype: traits.dtype,
      promptIds: traits.promptIds,
    };
  });
}

type Traits = ReturnType<typeof anyTraits> extends fc.Arbitrary<infer Value> ? Value : never;

function anyTraits() {
  return fc.record({
    seed: fc.nat(1000),
    layers: fc.constantFrom(1 as const, 2 as const, 3 as const),
    kvHeads: fc.constantFrom(4, 2, 1),
    hasOwnHeadSize: fc.boolean(),
    vocabSize: fc.constantFrom(288, TOKENS, 301),
    tied: fc.boolean(),
    shards: fc.constantFrom(1 as const, 1 as const, 2 as const, 3 as const, 4 as const),
    // Mostly float32, so that both sides compute with the same precision.
    dtype: fc.constantFrom(
      "F32" as const,
      "F32" as const,
      "F32" as const,
      "F16" as const,
      "BF16" as const,
    ),
    mixed: fc.constantFrom("none", "none", "other bits", "plain layer", "plain embedding"),
    ropeScaling: fc.constantFrom(...ROPES),
    ropeTheta: fc.constantFrom(10_000, 1_000_000, 500),
    ropeTraditional: fc.nat(4).map((number) => number === 4),
    attentionBias: fc.boolean(),
    mlpBias: fc.boolean(),
    slidingWindow: fc.constantFrom(undefined, 7, 40),
    promptIds: fc.array(fc.nat(TOKENS - 1), { minLength: 1, maxLength: 70, size: "max" }),
  });
}

function optionsOf(
  family: LlamaFamily,
  packing: Quantization | undefined,
  traits: Traits,
): Partial<TinyLlamaOptions> {
  const { mixed, hasOwnHeadSize, slidingWindow, promptIds: _, ...same } = traits;
  const hiddenSize = packing?.groupSize ?? 32;
  const isLlama = family === "llama" || family === "mistral";
  // Odd sizes where nothing is packed, so that rows are filled up.
  const own = packing === undefined ? 10 : hiddenSize / 2;
  return {
    ...same,
    family,
    heads: 4,
    hiddenSize,
    intermediateSize: packing === undefined ? 44 : Math.max(hiddenSize, 64),
    headSize: hasOwnHeadSize && family !== "qwen2" ? own : undefined,
    attentionBias: isLlama && traits.attentionBias,
    mlpBias: isLlama && traits.mlpBias,
    ropeTraditional: family !== "qwen3" && traits.ropeTraditional,
    slidingWindow: isLlama && traits.layers > 1 ? slidingWindow : undefined,
    quantization: packing && withOwn(packing, mixed),
  };
}

function withOwn(packing: Quantization, mixed: string): TinyQuantization {
  const { bits, groupSize } = packing;
  if (mixed === "none") return packing;
  if (mixed === "plain embedding") return { ...packing, perLayer: { "model.embed_tokens": false } };
  const layer = "model.layers.0.mlp.down_proj";
  const own = mixed === "plain layer" ? false : ({ bits: bits === 8 ? 3 : 8, groupSize } as const);
  return { ...packing, perLayer: { [layer]: own, "model.layers.0.self_attn.q_proj": own } };
}

function describe(options: Partial<TinyLlamaOptions>): string {
  const { ropeScaling } = options;
  const scaling = ropeScaling?.["type"] ?? ropeScaling?.["rope_type"] ?? "default";
  return [
    `rope ${JSON.stringify(scaling)}`,
    ...(options.ropeTraditional === true ? ["traditional"] : []),
    `${options.heads}/${options.kvHeads} heads`,
    ...(options.headSize === undefined ? [] : [`of ${options.headSize}`]),
    ...(options.attentionBias === true ? ["attention bias"] : []),
    ...(options.mlpBias === true ? ["mlp bias"] : []),
    ...(options.slidingWindow === undefined ? [] : [`window ${options.slidingWindow}`]),
  ].join(", ");
}
