/** A token's logit: the model's unnormalized score of it as the next one. */
export interface TokenLogit {
  readonly id: number;
  readonly logit: number;
}

/** One generated token. */
export interface GreedyToken {
  readonly id: number;
  /** The highest logits, highest first; equal ones by id. Present when they were asked for. */
  readonly topLogits?: readonly TokenLogit[];
}

/** How to continue a prompt. */
export interface GreedyOptions {
  /** The most tokens to generate; 0 generates none. */
  readonly maxTokens: number;
  /** How many of the highest logits are given with each token. @default {0} */
  readonly topLogits?: number;
  /** Stops between two layers; the iteration then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Tokens after which generation ends; the one that was reached is given as the last. */
  readonly stopIds?: readonly number[];
}

/** A model in memory that continues prompts of token ids. */
export interface ReferenceModel {
  /** The configuration's `model_type`. */
  readonly architecture: string;
  /** Counted as mlx-lm does: packed weights as often as they unpack. */
  readonly parameterCount: number;
  readonly tensorCount: number;
  /** Such as `affine, 4 bits, group size 64`; undefined for a model in full precision. */
  readonly quantization: string | undefined;
  readonly vocabularySize: number;
  /**
   * Continues a prompt greedily: each token is the one with the highest logit, the lowest id among equals.
   *
   * One generation runs at a time; a second one waits for the first.
   *
   * @throws ModelError with the code `invalid-argument` for an empty prompt, an id outside the vocabulary
   * or a limit that is not a whole number, and `limit-exceeded` when the attention cache would not fit
   */
  generate(promptIds: readonly number[], options: GreedyOptions): AsyncIterable<GreedyToken>;
  /** Stops the threads and lets go of the weights; a generation that runs fails with `cancelled`. */
  close(): Promise<void>;
}

/** Options of {@linkcode openReferenceModel}. */
export interface OpenReferenceModelOptions {
  readonly signal?: AbortSignal;
  /** How many threads compute; the results do not depend on it. @default {one a core, fewer for small models} */
  readonly threads?: number;
  /** The most bytes of weights that one memory holds. @default {4 GiB less a page: what 32 bits address} */
  readonly segmentBytesMax?: number;
}
