/**
 * What is known of a model before it is downloaded.
 *
 * @module
 */

import type { CheckFinding, RuntimeVerdict } from "./check.ts";
import type { ModelKind } from "./model_kinds.ts";

/** How much memory a model takes at most while it answers, by its configuration and the size of its weights. */
export interface MemoryEstimate {
  /** Weights and a tenth, and the cache. */
  readonly bytes: number;
  /** Tokens of the context that the cache is counted for. */
  readonly contextTokens: number;
  /** Keys and values of that context in 16 bits. */
  readonly cacheBytes: number;
}

/** Which runtimes load a model of the hub, found without its weights. */
export interface CanLoadReport {
  /** `org/name`. */
  readonly repository: string;
  /** The commit that the answer is about. */
  readonly commit: string;
  /** Of which kind the model is. */
  readonly kind: ModelKind;
  /** The configuration's `model_type`, when it could be read. */
  readonly architecture: string | undefined;
  /** Whether any version of any known runtime loads it. */
  readonly canLoad: boolean;
  /** Which runtimes load it, by ranges of their versions. */
  readonly runtimes: readonly RuntimeVerdict[];
  /** What is wrong with it, as far as the listing, the configuration and the headers say. */
  readonly findings: readonly CheckFinding[];
  /** What an adapter is for, as its configuration says. */
  readonly base?: string;
  /** Bytes that the download has. */
  readonly downloadBytes: number;
  /** Bytes of the weight files that a runtime opens. */
  readonly weightBytes: number;
  /** Such as `affine, 4 bits, group size 64`; undefined for a model in full precision. */
  readonly quantization: string | undefined;
  /** Counted as mlx-lm does: packed weights as often as they unpack. */
  readonly parameterCount: number;
  /** Tensors in the weight files. */
  readonly tensorCount: number;
  /** Undefined where the configuration could not be read. */
  readonly peakMemory: MemoryEstimate | undefined;
  /** Bytes of files that were read to find this out. */
  readonly bytesRead: number;
  /** What can be done or chosen instead, where the newest release of a runtime for this kind does not load it. */
  readonly alternatives: readonly string[];
}
