/**
 * The messages of the runner protocol, version 1; `runner_protocol.md` tells their story.
 *
 * @module
 */

import type { LoadedModel } from "./inference.ts";

/** The version of the protocol that this law states. */
export const RUNNER_PROTOCOL = 1;

/** What a runner can be asked. */
export const RUNNER_OPERATIONS = ["load", "generate", "cancel", "unload", "download"] as const;

/** One thing that a runner can be asked. */
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

/** One reason of a runner. */
export type RunnerErrorKind = (typeof RUNNER_ERROR_KINDS)[number];

/** What a generation is asked for. */
export interface RunnerPrompt {
  /** Either text or ids, never both. */
  readonly prompt?: string;
  readonly promptIds?: readonly number[];
  /** Whether the text is put into the chat template first, if there is one. @default {false} */
  readonly chat?: boolean;
  readonly maxTokens: number;
  /** @default {0} */
  readonly topLogits?: number;
  /** Whether the model's end-of-text token ends the answer. @default {false} */
  readonly stopAtEnd?: boolean;
}

/** What a download is asked for. */
export interface RunnerDownload {
  readonly repository: string;
  readonly revision?: string;
}

/** A message to a runner, one JSON object a line. */
export type RunnerRequest =
  | { readonly id: number; readonly op: "load"; readonly directory: string }
  | ({ readonly id: number; readonly op: "generate" } & RunnerPrompt)
  | { readonly id: number; readonly op: "cancel"; readonly of: number }
  | { readonly id: number; readonly op: "unload" }
  | ({ readonly id: number; readonly op: "download" } & RunnerDownload);

/** The first message of a runner. */
export interface RunnerHello {
  readonly event: "hello";
  readonly protocol: number;
  readonly name: string;
  readonly version: string;
  /** Versions of what it is made of, such as `{"mlx": "0.32.4"}`. */
  readonly runtimes: Readonly<Record<string, string>>;
  /** Such as `cpu` or `gpu`. */
  readonly device: string;
  readonly operations: readonly RunnerOperation[];
}

/** One token of a generation. */
export interface RunnerToken {
  readonly event: "token";
  readonly id: number;
  readonly token: number;
  readonly text: string;
  readonly topLogits?: readonly { readonly id: number; readonly logit: number }[];
}

/** The end of a generation. */
export interface RunnerGenerated {
  readonly event: "generated";
  readonly id: number;
  readonly promptIds: readonly number[];
  readonly tokens: readonly number[];
  readonly text: string;
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
