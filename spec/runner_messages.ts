/**
 * The messages of the runner protocol, version 1; `runner_protocol.md` describes them.
 *
 * @module
 */

import type { LoadedModel } from "./inference.ts";

/** The version of the runner protocol. */
export const RUNNER_PROTOCOL = 1;

/** The operations of the runner protocol. */
export const RUNNER_OPERATIONS = ["load", "generate", "cancel", "unload", "download"] as const;

/** One operation of the runner protocol. */
export type RunnerOperation = (typeof RUNNER_OPERATIONS)[number];

/** Why a runner could not do what it was asked to do. */
export const RUNNER_ERROR_KINDS = [
  "invalid-request",
  "unsupported",
  "cannot-load",
  "cannot-generate",
  "cannot-download",
  "cancelled",
  "internal",
] as const;

/** One reason why a runner could not do what it was asked to do. */
export type RunnerErrorKind = (typeof RUNNER_ERROR_KINDS)[number];

/** The fields of the operation `generate`. */
export interface RunnerPrompt {
  /** The prompt as text; either this or `promptIds` is given, never both. */
  readonly prompt?: string;
  /** The prompt as token ids. */
  readonly promptIds?: readonly number[];
  /** Whether the text is put into the chat template first, if there is one. @default {false} */
  readonly chat?: boolean;
  /** The most tokens to generate; at least 1. */
  readonly maxTokens: number;
  /** How many of the highest logits come with each token. @default {0} */
  readonly topLogits?: number;
  /** Whether the model's end-of-text token ends the answer. @default {false} */
  readonly stopAtEnd?: boolean;
}

/** The fields of the operation `download`. */
export interface RunnerDownload {
  /** The repository, as `org/name`. */
  readonly repository: string;
  /** Branch, tag or commit. @default {"main"} */
  readonly revision?: string;
}

/** A message to a runner, one JSON object a line. */
export type RunnerRequest =
  | {
      readonly id: number;
      readonly op: "load";
      readonly directory: string;
      /** Whether code in the directory may be run. @default {false} */
      readonly trustModelCode?: boolean;
    }
  | ({ readonly id: number; readonly op: "generate" } & RunnerPrompt)
  | { readonly id: number; readonly op: "cancel"; readonly of: number }
  | { readonly id: number; readonly op: "unload" }
  | ({ readonly id: number; readonly op: "download" } & RunnerDownload);

/** The first message of a runner. */
export interface RunnerHello {
  /** The kind of the message. */
  readonly event: "hello";
  /** The version of the protocol that it speaks. */
  readonly protocol: number;
  /** The runner's name. */
  readonly name: string;
  /** The runner's own version. */
  readonly version: string;
  /** Versions of the runtimes that it is made of, such as `{"mlx": "0.32.4"}`. */
  readonly runtimes: Readonly<Record<string, string>>;
  /** What computes, such as `cpu` or `gpu`. */
  readonly device: string;
  /** The operations that it carries out. */
  readonly operations: readonly RunnerOperation[];
}

/** One token of a generation. */
export interface RunnerToken {
  /** The kind of the message. */
  readonly event: "token";
  /** The id of the request. */
  readonly id: number;
  /** The token's id in the model's vocabulary. */
  readonly token: number;
  /** The text that came with it; empty while a character is not whole. */
  readonly text: string;
  /** The highest logits, the highest first; present when they were asked for. */
  readonly topLogits?: readonly { readonly id: number; readonly logit: number }[];
}

/** The end of a generation. */
export interface RunnerGenerated {
  /** The kind of the message. */
  readonly event: "generated";
  /** The id of the request. */
  readonly id: number;
  /** The token ids of the prompt. */
  readonly promptIds: readonly number[];
  /** The ids of all generated tokens, in their order. */
  readonly tokens: readonly number[];
  /** The text of all generated tokens. */
  readonly text: string;
  /** Why it ended. */
  readonly finish: "limit" | "stop" | "cancelled";
}

/** A message of a runner, one JSON object a line. */
export type RunnerEvent =
  | RunnerHello
  | ({ readonly event: "loaded"; readonly id: number } & Omit<LoadedModel, "quantization"> & {
        readonly quantization: string | null;
      })
  | RunnerToken
  | RunnerGenerated
  | { readonly event: "unloaded"; readonly id: number }
  | {
      readonly event: "progress";
      readonly id: number;
      readonly bytesDone: number;
      /** 0 while it is not known. */
      readonly bytesTotal: number;
    }
  | { readonly event: "downloaded"; readonly id: number; readonly directory: string }
  | {
      readonly event: "error";
      readonly id: number;
      readonly kind: RunnerErrorKind;
      readonly message: string;
    };
