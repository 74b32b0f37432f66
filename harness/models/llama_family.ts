/** Architectures that mlx-lm computes as it computes a llama, with small differences. */
export type LlamaFamily = "llama" | "mistral" | "qwen2" | "qwen3";

/** What sets a model of the llama family apart from the plain llama. */
export interface LlamaFamilyOptions {
  /** The `model_type`. Qwen2 has biases on queries, keys and values, qwen3 norms on each query's and key's head. @default {"llama"} */
  readonly family: LlamaFamily;
  /** Numbers of one head. @default {the hidden size divided by the heads} */
  readonly headSize: number | undefined;
  /** Whether the attention's four matrices have biases; llama and mistral only. @default {false} */
  readonly attentionBias: boolean;
  /** Whether the other three matrices have biases; llama and mistral only. @default {false} */
  readonly mlpBias: boolean;
  /** What `rope_scaling` says. @default {null} */
  readonly ropeScaling: Readonly<Record<string, unknown>> | null;
  /** @default {10000} */
  readonly ropeTheta: number;
  /** Whether neighbours are rotated together; not qwen3. @default {false} */
  readonly ropeTraditional: boolean;
  /** How many positions every second layer, from the second, sees; llama and mistral only. @default {all} */
  readonly slidingWindow: number | undefined;
}

/** The plain llama. */
export const PLAIN_LLAMA: LlamaFamilyOptions = {
  family: "llama",
  headSize: undefined,
  attentionBias: false,
  mlpBias: false,
  ropeScaling: null,
  ropeTheta: 10_000,
  ropeTraditional: false,
  slidingWindow: undefined,
};

/** What transformers calls the class of each. */
export const ARCHITECTURES = {
  llama: "LlamaForCausalLM",
  mistral: "MistralForCausalLM",
  qwen2: "Qwen2ForCausalLM",
  qwen3: "Qwen3ForCausalLM",
} as const satisfies Record<LlamaFamily, string>;
