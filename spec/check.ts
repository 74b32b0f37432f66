/**
 * What a check of a model directory finds; `load.md` states the rules.
 *
 * @module
 */

import type { ModelKind } from "./model_kinds.ts";

/** Causes for which a directory must not be opened by a runtime. */
export const CHECK_CAUSES = [
  "missing-config",
  "bad-config",
  "missing-weights",
  "missing-shard",
  "empty",
  "truncated",
  "trailing-bytes",
  "zeroed",
  "not-a-number",
  "appledouble",
  "lfs-pointer",
  "html",
  "evicted",
  "broken-link",
  "outside-directory",
  "header-too-large",
  "bad-header",
  "overlap",
  "out-of-range",
  "dtype",
  "shape",
  "missing-tensor",
  "extra-tensor",
  "duplicate-tensor",
  "foreign-weights",
  "quantization",
  "unsupported-architecture",
  "model-code",
  "missing-tokenizer",
  "bad-tokenizer",
  "missing-tokenizer-config",
  "bad-template",
  "hash",
  "unreadable",
  "not-judged",
] as const;

/** One cause for which a directory must not be opened. */
export type CheckCause = (typeof CHECK_CAUSES)[number];

/** Whether a runtime, in a range of its versions, loads a model. */
export interface RuntimeVerdict {
  /** Such as `mlx-lm`. */
  readonly runtime: string;
  /** The first version of the range; `main` is what is not released yet. */
  readonly from: string;
  /** The first version behind the range; undefined for the newest range. */
  readonly before: string | undefined;
  /** Whether it loads the model. */
  readonly loads: boolean;
  /** Why not, in words; the most important first. */
  readonly why: readonly string[];
  /** What can be done about the first of them. */
  readonly remedy: string | undefined;
}

/** One thing found wrong in a model directory. */
export interface CheckFinding {
  /** Which of the known causes it is. */
  readonly cause: CheckCause;
  /** Path relative to the model's directory. */
  readonly path: string;
  /** What is wrong with it, in words. */
  readonly detail: string;
  /** Whether a runtime may still open the directory. */
  readonly level: "error" | "warning";
}

/** What was found in a model directory before any runtime opened it. */
export interface CheckReport {
  /** Absolute path of the directory. */
  readonly directory: string;
  /** Whether a runtime may open it: there is no finding of level `error`. */
  readonly loadable: boolean;
  /** Everything that is wrong, file by file. */
  readonly findings: readonly CheckFinding[];
  /** The configuration's `model_type`, when it could be read. */
  readonly architecture: string | undefined;
  /** Of which kind the model is, by its configuration and files. */
  readonly kind?: ModelKind;
  /** Which runtimes load it, by ranges of their versions. */
  readonly runtimes?: readonly RuntimeVerdict[];
  /** What an adapter is for, as its configuration says. */
  readonly base?: string;
  /** Counted as mlx-lm does: packed weights as often as they unpack. */
  readonly parameterCount: number;
  /** Tensors in the weight files. */
  readonly tensorCount: number;
  /** Such as `affine, 4 bits, group size 64`; undefined for a model in full precision. */
  readonly quantization: string | undefined;
  /** Weight files that were opened, relative to the directory. */
  readonly weightFiles: readonly string[];
}
