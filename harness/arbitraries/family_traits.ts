import fc from "fast-check";
import type { TinyFamily, TinyLlamaOptions } from "../models/mod.ts";

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

/** What is drawn for a model, of which each family takes what it has. */
export type FamilyTraits =
  ReturnType<typeof anyFamilyTraits> extends fc.Arbitrary<infer Value> ? Value : never;

/** Draws everything about a model but its family and its packing. */
export function anyFamilyTraits() {
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
    mixed: fc.constantFrom(
      "none" as const,
      "none" as const,
      "other bits" as const,
      "plain layer" as const,
      "plain embedding" as const,
    ),
    ropeScaling: fc.constantFrom(...ROPES),
    ropeTheta: fc.constantFrom(10_000, 1_000_000, 500),
    ropeTraditional: fc.nat(4).map((number) => number === 4),
    attentionBias: fc.boolean(),
    mlpBias: fc.boolean(),
    slidingWindow: fc.constantFrom(undefined, 7, 40),
    // Both sides of what a family has: layers that rotate, shares that are divided, layers without experts.
    isOtherWay: fc.boolean(),
    promptIds: fc.array(fc.nat(TOKENS - 1), { minLength: 1, maxLength: 70, size: "max" }),
  });
}

/** The keys of `config.json` in which models of a family differ. */
export function ownConfig(
  family: TinyFamily,
  traits: FamilyTraits,
  { headSize, layers }: { readonly headSize: number; readonly layers: number },
): Record<string, unknown> {
  const { ropeScaling: rope_scaling, isOtherWay } = traits;
  const traditional = traits.ropeTraditional ? { rope_traditional: true } : {};
  switch (family) {
    case "granite":
      return { rope_scaling };
    case "olmo2":
      return { rope_scaling, ...traditional };
    case "smollm3": {
      const no_rope_layers = Array.from({ length: layers }, (_, layer) => (layer + 1) % 2);
      return { rope_scaling, ...traditional, ...(isOtherWay && { no_rope_layers }) };
    }
    case "phi3":
      return { ...phi3Rotation(traits, headSize), ...traditional };
    case "mixtral":
    case "qwen2_moe":
      return { num_experts_per_tok: isOtherWay ? 3 : 2, ...traditional };
    case "qwen3_moe":
      return { norm_topk_prob: isOtherWay, mlp_only_layers: traits.mlpBias ? [0] : [] };
    case "gemma2":
      return { attn_logit_softcapping: isOtherWay ? 50 : 2, ...traditional };
    case "gemma3":
    case "gemma3_text":
      return { rope_scaling, sliding_window: traits.slidingWindow ?? 20 };
  }
}

/** A part of each head, by factors for long texts or by one. */
function phi3Rotation(traits: FamilyTraits, headSize: number): Record<string, unknown> {
  const partial_rotary_factor = traits.isOtherWay ? 0.5 : 1;
  const pairs = (headSize * partial_rotary_factor) / 2;
  const factors = (step: number) => Array.from({ length: pairs }, (_, at) => 1 + at * step);
  const lists = { short_factor: factors(0.1), long_factor: factors(0.7) };
  const kinds = [
    null,
    { type: "longrope", ...lists },
    { type: "su", ...lists },
    { type: "linear", factor: 2.5, ...lists },
  ];
  const rope_scaling = kinds[traits.seed % kinds.length];
  return { partial_rotary_factor, original_max_position_embeddings: 64, rope_scaling };
}
