import fc from "fast-check";
import {
  FLOAT_PACKINGS,
  GROUP_SIZES,
  type LlamaFamily,
  type Packing,
  QUANTIZATION_BITS,
  TINY_FAMILIES,
  tinyFamily,
  tinyLlama,
  type TinyLlamaOptions,
  type TinyModel,
  type TinyQuantization,
} from "../models/mod.ts";
import { anyFamilyTraits, type FamilyTraits, ownConfig } from "./family_traits.ts";

/** A model of a family that the reference runner computes, and a prompt for it. */
export interface FamilyCase {
  readonly model: TinyModel;
  /** What makes this model differ from others of its family, for a report. */
  readonly traits: string;
  readonly dtype: TinyLlamaOptions["dtype"];
  readonly promptIds: readonly number[];
}

const LLAMA_FAMILIES: readonly LlamaFamily[] = ["llama", "mistral", "qwen2", "qwen3"];

const FAMILIES = [...LLAMA_FAMILIES, ...TINY_FAMILIES];

const PACKINGS: readonly (Packing | undefined)[] = [
  undefined,
  ...([1, ...QUANTIZATION_BITS] as const).flatMap((bits) =>
    GROUP_SIZES.map((groupSize) => ({ bits, groupSize })),
  ),
  ...FLOAT_PACKINGS,
];

/** How many models have every family with every packing, and with none. */
export const FAMILY_CASES_MIN = FAMILIES.length * PACKINGS.length;

/** So that neighbours in the list differ in both; it shares no divisor with the number of packings. */
const PACKING_STEP = 9;

/**
 * Makes models for a comparison with real MLX: the first {@linkcode FAMILY_CASES_MIN} have each family with each
 * packing once; ties, shards, mixed packings, rotations, biases, head sizes, windows, experts, dtypes and prompts
 * are drawn.
 *
 * @param seed same seed, same models; a longer list begins with the shorter one
 * @param options `dtype`: the format of all weights and scales that are floats, in place of a drawn one
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { familyCases } from "mlx-conform/internal";
 *
 * const types = familyCases(5, 1).map(({ model }) => model.config["model_type"]);
 * assert.deepEqual(types, ["llama", "mistral", "qwen2", "qwen3", "gemma2"]);
 * ```
 */
export function familyCases(
  count: number,
  seed: number,
  options: { readonly dtype?: FamilyCase["dtype"] } = {},
): FamilyCase[] {
  const drawn = fc.sample(anyFamilyTraits(), { numRuns: count, seed });
  return drawn.map((one, index) => {
    const traits = { ...one, ...options };
    const at = index % FAMILIES.length;
    const family = FAMILIES[at] ?? "llama";
    const round = Math.floor(index / FAMILIES.length);
    const packing = PACKINGS[(round + at * PACKING_STEP) % PACKINGS.length];
    const { dtype, promptIds } = traits;
    return { ...caseOf(family, packing, traits), dtype, promptIds };
  });
}

function caseOf(
  family: (typeof FAMILIES)[number],
  packing: Packing | undefined,
  traits: FamilyTraits,
): Pick<FamilyCase, "model" | "traits"> {
  const common = commonOptions(packing, traits);
  if (isLlama(family)) {
    const options = llamaOptions(family, common, traits);
    return { model: tinyLlama(options), traits: describe(options) };
  }
  const { attentionBias, mlpBias } = traits;
  const layers = family.startsWith("gemma3") ? Math.max(common.layers, 2) : common.layers;
  const headSize = hasOwnHeadSize(family) ? common.headSize : undefined;
  const size = headSize ?? common.hiddenSize / common.heads;
  const config = ownConfig(family, traits, { headSize: size, layers });
  const model = tinyFamily(family, {
    ...common,
    layers: layers === 3 ? 3 : layers === 2 ? 2 : 1,
    headSize,
    attentionBias,
    mlpBias,
    config,
  });
  return { model, traits: describe({ heads: common.heads, kvHeads: common.kvHeads, headSize }) };
}

function isLlama(family: string): family is LlamaFamily {
  return LLAMA_FAMILIES.some((one) => one === family);
}

function hasOwnHeadSize(family: string): boolean {
  return family.startsWith("gemma") || ["olmo2", "smollm3", "qwen3_moe"].includes(family);
}

function commonOptions(packing: Packing | undefined, traits: FamilyTraits) {
  const { mixed, promptIds: _, ...drawn } = traits;
  const { seed, layers, kvHeads, vocabSize, tied, shards, dtype, ropeTheta } = drawn;
  const groupSize = packing?.groupSize ?? 32;
  const hiddenSize =
    groupSize === 128 ? (128 as const) : groupSize === 64 ? (64 as const) : (32 as const);
  // Odd sizes where nothing is packed, so that rows are filled up.
  const own = packing === undefined ? 10 : hiddenSize / 2;
  return {
    seed,
    layers,
    kvHeads,
    vocabSize,
    tied,
    shards,
    dtype,
    ropeTheta,
    heads: 4,
    hiddenSize,
    intermediateSize: packing === undefined ? 44 : Math.max(hiddenSize, 64),
    headSize: drawn.hasOwnHeadSize ? own : undefined,
    quantization: packing && withOwn(packing, mixed),
  };
}

function llamaOptions(
  family: LlamaFamily,
  common: ReturnType<typeof commonOptions>,
  traits: FamilyTraits,
): Partial<TinyLlamaOptions> {
  const isPlain = family === "llama" || family === "mistral";
  return {
    ...common,
    family,
    headSize: family === "qwen2" ? undefined : common.headSize,
    ropeScaling: traits.ropeScaling,
    attentionBias: isPlain && traits.attentionBias,
    mlpBias: isPlain && traits.mlpBias,
    ropeTraditional: family !== "qwen3" && traits.ropeTraditional,
    slidingWindow: isPlain && traits.layers > 1 ? traits.slidingWindow : undefined,
  };
}

function withOwn(packing: Packing, mixed: FamilyTraits["mixed"]): TinyQuantization {
  if (mixed === "none") return packing;
  if (mixed === "plain embedding") return { ...packing, perLayer: { "model.embed_tokens": false } };
  const layer = "model.layers.0.mlp.down_proj";
  const other = packing.bits === 8 ? 3 : 8;
  const groupSize = packing.groupSize === 16 ? 32 : packing.groupSize;
  const own = mixed === "plain layer" ? false : ({ bits: other, groupSize } as const);
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
