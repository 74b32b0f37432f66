import fc from "fast-check";
import {
  TINY_FAMILIES,
  type TinyFamily,
  type TinyFamilyOptions,
} from "../families/tiny_family_options.ts";
import type { LlamaFamily } from "../llama_family.ts";
import { FLOAT_PACKINGS } from "../quantize_floats.ts";
import type { TinyLlamaOptions } from "../tiny_llama_options.ts";

/** A model, and the prompt that it is asked. */
export interface DrawnQuestion {
  readonly family: LlamaFamily | TinyFamily;
  readonly options: Partial<TinyLlamaOptions> | Partial<TinyFamilyOptions>;
  /** Whether the model is in full precision; JSON has no way to say that of its options. */
  readonly isPlain: boolean;
  /** Tokens of the prompt; {@linkcode recordedPrompt} makes it. */
  readonly promptLength: number;
}

/** Shorter than a window, about a block of positions, and longer than anything that is cut. */
const PROMPT_LENGTHS = [1, 2, 9, 33, 40, 65, 130, 300];

const common = {
  seed: fc.nat(30),
  layers: fc.constantFrom(1 as const, 2 as const, 3 as const),
  heads: fc.constantFrom(2, 4),
  kvHeads: fc.constantFrom(1, 2),
  hiddenSize: fc.constantFrom(32 as const, 64 as const),
  tied: fc.boolean(),
  dtype: fc.constantFrom("F16" as const, "BF16" as const, "F32" as const),
  ropeTheta: fc.constantFrom(10_000, 500_000, 1_000_000),
  quantization: fc.oneof(
    fc.record({
      bits: fc.constantFrom(2 as const, 3 as const, 4 as const, 5 as const, 6 as const, 8 as const),
      groupSize: fc.constantFrom(32 as const),
    }),
    fc.constantFrom(...FLOAT_PACKINGS, undefined),
  ),
};

/** Every kind of `rope_scaling` that mlx-lm computes, with more than one set of numbers each. */
const scaling = fc.oneof(
  fc.constant(null),
  fc.record({ rope_type: fc.constant("linear"), factor: fc.constantFrom(2, 2.5, 8) }),
  fc.record({
    rope_type: fc.constant("llama3"),
    factor: fc.constantFrom(2, 8, 32),
    low_freq_factor: fc.constantFrom(1, 2),
    high_freq_factor: fc.constantFrom(4, 6),
    original_max_position_embeddings: fc.constantFrom(16, 64, 256),
  }),
  fc.record(
    {
      type: fc.constant("yarn"),
      factor: fc.constantFrom(2, 4, 40),
      original_max_position_embeddings: fc.constantFrom(16, 64, 256),
      beta_fast: fc.constantFrom(16, 32),
      beta_slow: fc.constantFrom(1, 2),
      mscale: fc.constantFrom(0.7, 1),
      mscale_all_dim: fc.constantFrom(0, 0.5),
    },
    { requiredKeys: ["type", "factor", "original_max_position_embeddings"] },
  ),
);

const llamas = fc
  .record({
    ...common,
    family: fc.constantFrom(
      "llama" as const,
      "mistral" as const,
      "qwen2" as const,
      "qwen3" as const,
    ),
    headSize: fc.constantFrom(undefined, 16, 32),
    ropeScaling: scaling,
    ropeTraditional: fc.boolean(),
    slidingWindow: fc.constantFrom(undefined, 8, 20),
    attentionBias: fc.boolean(),
    mlpBias: fc.boolean(),
  })
  .map(({ family, ...drawn }) => {
    const isPlain = family === "llama" || family === "mistral";
    const none = { slidingWindow: undefined, attentionBias: false, mlpBias: false };
    const own = isPlain ? drawn : { ...drawn, ...none };
    if (family === "qwen2") return { family, options: { ...own, headSize: undefined } };
    return { family, options: family === "qwen3" ? { ...own, ropeTraditional: false } : own };
  });

/** Keys of the configuration by family, each with more than one value. */
const OWN_KEYS: Readonly<Record<TinyFamily, fc.Arbitrary<Readonly<Record<string, unknown>>>>> = {
  gemma2: fc.record({
    query_pre_attn_scalar: fc.constantFrom(8, 20),
    attn_logit_softcapping: fc.constantFrom(2, 5),
    final_logit_softcapping: fc.constantFrom(10, 30),
    sliding_window: fc.constantFrom(8, 64),
  }),
  gemma3: fc.record({
    sliding_window: fc.constantFrom(5, 16),
    rope_local_base_freq: fc.constantFrom(100, 10_000),
  }),
  gemma3_text: fc.record({
    sliding_window: fc.constantFrom(5, 16),
    query_pre_attn_scalar: fc.constantFrom(6, 24),
  }),
  granite: fc.record({
    attention_multiplier: fc.constantFrom(0.2, 1),
    embedding_multiplier: fc.constantFrom(1, 3),
    residual_multiplier: fc.constantFrom(0.5, 1.5),
    logits_scaling: fc.constantFrom(1, 3),
  }),
  mixtral: fc.record({ num_experts_per_tok: fc.constantFrom(1, 2, 3) }),
  olmo2: fc.constant({}),
  phi3: fc.record({ partial_rotary_factor: fc.constantFrom(0.5, 1) }),
  qwen2_moe: fc.record({ num_experts_per_tok: fc.constantFrom(1, 2, 3) }),
  qwen3_moe: fc.record({
    num_experts_per_tok: fc.constantFrom(1, 2, 3),
    norm_topk_prob: fc.boolean(),
  }),
  smollm3: fc.record({ no_rope_layer_interval: fc.constantFrom(2, 3) }),
};

const families = fc
  .constantFrom(...TINY_FAMILIES)
  .chain((family) =>
    fc
      .record({ ...common, experts: fc.constantFrom(4, 5), config: OWN_KEYS[family] })
      .map((options) => ({ family, options })),
  );

/** Draws models of every family that the reference computes and prompts for them, the same ones for the same seed. */
export function drawQuestions(count: number, seed: number): DrawnQuestion[] {
  const model: fc.Arbitrary<Omit<DrawnQuestion, "promptLength" | "isPlain">> = fc.oneof(
    llamas,
    families,
  );
  const question = fc
    .tuple(model, fc.constantFrom(...PROMPT_LENGTHS))
    .map(([drawn, promptLength]): DrawnQuestion => ({
      ...drawn,
      isPlain: drawn.options.quantization === undefined,
      promptLength,
    }));
  return fc.sample(question, { numRuns: count, seed });
}
