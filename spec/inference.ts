/**
 * What an implementation is asked about loading and running, and what it answers: profile `inference`.
 *
 * @module
 */

import type { ModelRequest } from "./contract.ts";

/**
 * The runtimes whose choice of files is known.
 *
 * - `mlx-lm`: Python's, `load_model` and `load_tokenizer`.
 * - `mlx-swift-lm-3.31.4`: Swift's up to that release, which takes every `*.safetensors` at any depth.
 * - `mlx-swift-lm-main`: Swift's since 2026-08-21, which takes the index if all that it names exists.
 */
export const PLAN_RUNTIMES = ["mlx-lm", "mlx-swift-lm-3.31.4", "mlx-swift-lm-main"] as const;

/** A runtime whose choice of files is known. */
export type PlanRuntime = (typeof PLAN_RUNTIMES)[number];

/** What a runtime opens a file for. */
export type ReadRole = "config" | "index" | "weights" | "tokenizer" | "template";

/** A file that a runtime will open. */
export interface PlannedRead {
  /** Path relative to the model's directory, with `/`. */
  readonly path: string;
  readonly role: ReadRole;
  readonly sizeBytes: number;
}

/** A file that a runtime needs and does not find. */
export interface MissingRead {
  /** Path or pattern relative to the model's directory. */
  readonly path: string;
  readonly detail: string;
}

/** Which files of a directory a runtime opens, and which it never will: `LOAD-PLAN`. */
export interface LoadPlan {
  readonly directory: string;
  readonly runtime: PlanRuntime;
  /** Files that will be opened, in the order of their first opening as far as the runtime has one. */
  readonly reads: readonly PlannedRead[];
  /** Whether the order of the weight files among themselves is the runtime's; if not, it is the disk's. */
  readonly isWeightOrderDefined: boolean;
  /** Files of the directory that will never be opened; markers and downloaders' metadata do not count. */
  readonly unused: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** Bytes of the files in `unused`. */
  readonly reclaimableBytes: number;
  readonly missing: readonly MissingRead[];
  /** Where the load is known to end from the names and the small files alone; nothing behind it is opened. */
  readonly stopsAt: MissingRead | undefined;
}

/** Asks for a plan. */
export interface PlanRequest extends ModelRequest {
  readonly runtime: PlanRuntime;
}

/** The runners that this law knows by name. */
export const RUNNER_NAMES = ["mlx-swift", "mlx-lm", "reference"] as const;

/** A runner known by name. */
export type RunnerName = (typeof RUNNER_NAMES)[number];

/** What a runner may take. Times are how long nothing may come, not how long the whole may last. */
export interface RunnerLimits {
  /** From the start to `hello`, in milliseconds. @default {60_000} */
  readonly startMs: number;
  /** For `load`, in milliseconds. @default {600_000} */
  readonly loadMs: number;
  /** From one token to the next, in milliseconds. @default {120_000} */
  readonly tokenMs: number;
  /** For `unload`, `cancel` and the end, in milliseconds. @default {5_000} */
  readonly endMs: number;
  /** Memory of the runner and of what it starts; undefined for no limit. @default {undefined} */
  readonly memoryBytes: number | undefined;
  /** Bytes of one message. @default {4 MiB} */
  readonly messageBytes: number;
  /** Bytes of output, and of stderrTail, for one request. @default {64 MiB} */
  readonly outputBytes: number;
}

/** Asks for tokens. */
export interface GenerateRequest extends ModelRequest {
  /** Text, or the ids of its tokens. */
  readonly prompt: string | readonly number[];
  /** Whether a text is put into the model's chat template first, if it has one. @default {false} */
  readonly chat?: boolean;
  /** The most tokens that may come; at least 1. */
  readonly maxTokens: number;
  /** How many of the highest logits come with each token. @default {0} */
  readonly topLogits?: number;
  /** Whether the model's own end-of-text token ends the answer. @default {whether the prompt is text} */
  readonly stopAtEnd?: boolean;
  /** The runner's name, or the command line of one that speaks the runner protocol. @default {"auto"} */
  readonly runner?: "auto" | RunnerName | readonly string[];
  readonly limits?: Partial<RunnerLimits>;
}

/** One generated token. */
export interface GeneratedToken {
  readonly id: number;
  /** The text that came with it; empty while a character is not whole. */
  readonly text: string;
  /** The highest logits, the highest first; present when they were asked for. */
  readonly topLogits?: readonly { readonly id: number; readonly logit: number }[];
}

/** What a runner loaded. */
export interface LoadedModel {
  readonly architecture: string;
  readonly parameterCount: number;
  readonly tensorCount: number;
  readonly quantization: string | undefined;
  readonly vocabularySize: number;
}

/** What came of a request for tokens. */
export interface Generation {
  /** Directory that the runner loaded: `LAYOUT-AGREE`. */
  readonly directory: string;
  /** The runner's name and the runtime's versions. */
  readonly runner: string;
  readonly model: LoadedModel;
  readonly promptIds: readonly number[];
  readonly tokens: readonly GeneratedToken[];
  readonly text: string;
  readonly finish: "limit" | "stop";
}
