/**
 * What an implementation is asked about loading and running, and what it answers: profile `inference`.
 *
 * @module
 */

import type { ModelRequest } from "./model_request.ts";

/**
 * The runtimes whose choice of files is known.
 *
 * - `mlx-lm`: Python's, `load_model` and `load_tokenizer`.
 * - `mlx-swift-lm-3.31.4`: Swift's up to that release, which takes every `*.safetensors` at any depth.
 * - `mlx-swift-lm-main`: Swift's since 2026-08-21, which takes the index if all that it names exists.
 * - `mlx-vlm`: Python's for vision models, which takes of the index what exists.
 */
export const PLAN_RUNTIMES = [
  "mlx-lm",
  "mlx-swift-lm-3.31.4",
  "mlx-swift-lm-main",
  "mlx-vlm",
] as const;

/** A runtime whose choice of files is known. */
export type PlanRuntime = (typeof PLAN_RUNTIMES)[number];

/** What a runtime opens a file for. */
export type ReadRole = "config" | "index" | "weights" | "tokenizer" | "template";

/** A file that a runtime will open. */
export interface PlannedRead {
  /** Path relative to the model's directory, with `/`. */
  readonly path: string;
  /** What it is opened for. */
  readonly role: ReadRole;
  /** Its size in bytes. */
  readonly sizeBytes: number;
}

/** A file that a runtime needs and does not find. */
export interface MissingRead {
  /** Path or pattern relative to the model's directory. */
  readonly path: string;
  /** What it is needed for, or why it does not count. */
  readonly detail: string;
}

/** Which files of a directory a runtime opens, and which it never will: `LOAD-PLAN`. */
export interface LoadPlan {
  /** Absolute path of the directory. */
  readonly directory: string;
  /** The runtime that the plan is for. */
  readonly runtime: PlanRuntime;
  /** Files that will be opened, in the order of their first opening as far as the runtime has one. */
  readonly reads: readonly PlannedRead[];
  /** Whether the order of the weight files among themselves is the runtime's; if not, it is the disk's. */
  readonly isWeightOrderDefined: boolean;
  /** Files of the directory that will never be opened; markers and downloaders' metadata do not count. */
  readonly unused: readonly { readonly path: string; readonly sizeBytes: number }[];
  /** Bytes of the files in `unused`. */
  readonly reclaimableBytes: number;
  /** Files that the runtime needs and does not find. */
  readonly missing: readonly MissingRead[];
  /** Where the load is known to fail from the names and the small files alone; nothing after it is opened. */
  readonly stopsAt: MissingRead | undefined;
}

/** Says whether code that comes with a model may be run: `LOAD-CODE`. */
export interface CodeTrust {
  /** Whether the code that `model_file` of its `config.json` names may be run. @default {false} */
  readonly trustModelCode?: boolean;
}

/** Asks which files a runtime opens. */
export interface PlanRequest extends ModelRequest, CodeTrust {
  /** The runtime that the plan is for. */
  readonly runtime: PlanRuntime;
}

/** The runners that are known by name. */
export const RUNNER_NAMES = ["mlx-swift", "mlx-lm", "reference"] as const;

/** A runner known by name. */
export type RunnerName = (typeof RUNNER_NAMES)[number];

/** What a runner may use. Times limit how long nothing arrives, not how long the whole call lasts. */
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
  /** Bytes of output, and of the error stream, for one request. @default {64 MiB} */
  readonly outputBytes: number;
}

/** Asks for tokens. */
export interface GenerateRequest extends ModelRequest, CodeTrust {
  /** Text, or the ids of its tokens. */
  readonly prompt: string | readonly number[];
  /** Whether a text is put into the model's chat template first, if it has one. @default {false} */
  readonly chat?: boolean;
  /** The most tokens to generate; at least 1. */
  readonly maxTokens: number;
  /** How many of the highest logits come with each token. @default {0} */
  readonly topLogits?: number;
  /** Whether the model's own end-of-text token ends the answer. @default {whether the prompt is text} */
  readonly stopAtEnd?: boolean;
  /** The runner's name, or the command line of one that speaks the runner protocol. @default {"auto"} */
  readonly runner?: "auto" | RunnerName | readonly string[];
  /** Limits that replace the default ones. */
  readonly limits?: Partial<RunnerLimits>;
}

/** Options of a request for tokens. */
export interface GenerateOptions {
  /** Cancels the call, which then rejects with the code `cancelled`. */
  readonly signal?: AbortSignal;
  /** Called with each token as it comes. */
  readonly onToken?: (token: GeneratedToken) => void;
}

/** One generated token. */
export interface GeneratedToken {
  /** Its id in the model's vocabulary. */
  readonly id: number;
  /** The text that came with it; empty while a character is not whole. */
  readonly text: string;
  /** The highest logits, the highest first; present when they were asked for. */
  readonly topLogits?: readonly { readonly id: number; readonly logit: number }[];
}

/** What a runner loaded. */
export interface LoadedModel {
  /** The configuration's `model_type`. */
  readonly architecture: string;
  /** Counted as mlx-lm does: packed weights as often as they unpack. */
  readonly parameterCount: number;
  /** Tensors in the weight files. */
  readonly tensorCount: number;
  /** Such as `affine, 4 bits, group size 64`; undefined for a model in full precision. */
  readonly quantization: string | undefined;
  /** How many token ids the model knows. */
  readonly vocabularySize: number;
}

/** The answer to a request for tokens. */
export interface Generation {
  /** Directory that the runner loaded: `LAYOUT-AGREE`. */
  readonly directory: string;
  /** The runner's name and the runtime's versions. */
  readonly runner: string;
  /** The model that the runner loaded. */
  readonly model: LoadedModel;
  /** The token ids of the prompt, as the runner saw them. */
  readonly promptIds: readonly number[];
  /** The tokens, in their order. */
  readonly tokens: readonly GeneratedToken[];
  /** The text of the tokens. */
  readonly text: string;
  /** Why it ended: the limit of tokens, or the model's end-of-text token. */
  readonly finish: "limit" | "stop";
}
