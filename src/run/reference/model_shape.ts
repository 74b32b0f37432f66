import type { Rotation } from "./read_rotation.ts";

/** How a layer with experts chooses among them and adds them up. */
export interface ExpertsShape {
  readonly count: number;
  /** How many each token goes through. */
  readonly perToken: number;
  /** Numbers between an expert's matrices. */
  readonly innerSize: number;
  /** Whether shares are taken among all experts, or among the chosen ones only. */
  readonly shares: "of all" | "of chosen";
  /** Whether the shares of the chosen are divided by their sum. */
  readonly isNormalized: boolean;
  /** The same of an expert that every token goes through, with a share of its own; undefined where there is none. */
  readonly sharedInnerSize: number | undefined;
}

/** What one layer has of its own. */
export interface LayerShape {
  /** Index among the rotations; undefined for a layer that rotates nothing. */
  readonly rotation: number | undefined;
  /** How many positions its attention sees; undefined where it sees all. */
  readonly window: number | undefined;
  /** Undefined for a layer with one block for all tokens. */
  readonly experts: ExpertsShape | undefined;
}

/** Everything about a model that its weights do not say: plain data that can be sent to a thread. */
export interface ModelShape {
  readonly hiddenSize: number;
  readonly headCount: number;
  readonly keyValueHeadCount: number;
  readonly headSize: number;
  /** Numbers between the matrices of a layer's second half, where it has no experts. */
  readonly innerSize: number;
  readonly vocabularySize: number;
  readonly layers: readonly LayerShape[];
  readonly rotations: readonly Rotation[];
  readonly rmsNormEpsilon: number;
  /** What is added to the weights of a norm. */
  readonly normOffset: 0 | 1;
  /** Where each half of a layer norms: what goes in, what comes out, or both. */
  readonly norms: "before" | "after" | "both";
  /** What of queries and keys is normed: nothing, each head, or all heads as one vector. */
  readonly headNorms: "none" | "each" | "all";
  /** Which matrices add biases. */
  readonly biases: {
    readonly queryKeyValue: boolean;
    readonly output: boolean;
    readonly inner: boolean;
  };
  /** Whether queries, keys and values come from one matrix, and gate and up too. */
  readonly isFused: boolean;
  readonly activation: "silu" | "gelu";
  /** What embeddings, queries and what a layer adds are multiplied with, and logits are divided by. */
  readonly factors: {
    readonly embedding: number;
    readonly query: number;
    readonly residual: number;
    readonly logitDivisor: number;
  };
  /** What scores and logits are bent to stay below, by the hyperbolic tangent. */
  readonly caps: { readonly scores: number | undefined; readonly logits: number | undefined };
  /** Whether the embedding is the output too. */
  readonly tie: "tied" | "untied" | "tied without lm_head";
  /** What the names of all tensors begin with. */
  readonly prefix: string;
  /** What a layer's tensors of experts are below. */
  readonly expertsName: "mlp" | "block_sparse_moe";
}
