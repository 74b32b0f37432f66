import type { TinyLlamaOptions } from "../tiny_llama_options.ts";

/** Architectures that share their parts with the llama family. */
export const TINY_FAMILIES = [
  "gemma2",
  "gemma3",
  "gemma3_text",
  "granite",
  "mixtral",
  "olmo2",
  "phi3",
  "qwen2_moe",
  "qwen3_moe",
  "smollm3",
] as const;

/** One of {@linkcode TINY_FAMILIES}. */
export type TinyFamily = (typeof TINY_FAMILIES)[number];

/** The parameters of a tiny model of another family; equal parameters give equal bytes. */
export interface TinyFamilyOptions extends Omit<
  TinyLlamaOptions,
  "family" | "attentionBias" | "mlpBias" | "ropeScaling" | "ropeTraditional" | "slidingWindow"
> {
  readonly family: TinyFamily;
  /** Experts of a layer, in the families that have them. @default {4} */
  readonly experts: number;
  /** Numbers between an expert's matrices. @default {the hidden size} */
  readonly expertSize: number;
  /** Whether the attention's matrices have biases; granite, olmo2 and smollm3 only. @default {false} */
  readonly attentionBias: boolean;
  /** Whether the other three matrices have biases; as before. @default {false} */
  readonly mlpBias: boolean;
  /** Keys of `config.json` that replace the family's own; of its text part where it has one. @default {{}} */
  readonly config: Readonly<Record<string, unknown>>;
}

/** What all tensors' names begin with. */
export function prefixOf(family: TinyFamily): string {
  return family === "gemma3" ? "language_model." : "";
}
