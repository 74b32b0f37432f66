/**
 * The one error class of this implementation: every failure that a caller can expect, with a code of a closed set.
 *
 * @module
 */

import type { ErrorCode, Failure } from "../spec/mod.ts";

/** Facts that a {@linkcode ModelError} can carry beside its message. */
export interface ModelErrorOptions {
  /** The error of the operating system or of the platform, unchanged. */
  readonly cause?: unknown;
  /** Repository-relative path of the file concerned. */
  readonly file?: string;
  /** What had to be there. */
  readonly expected?: string;
  /** What was there. */
  readonly actual?: string;
}

/**
 * A failure that a caller is expected to handle, with a closed `code`.
 *
 * The wording of the message is for people and may change; `code` and the fields are the contract.
 *
 * @example Usage
 * ```ts
 * import { ModelError } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const error = new ModelError("integrity", "Cannot keep model.safetensors: its SHA-256 differs", {
 *   file: "model.safetensors",
 * });
 * assert(error instanceof Error);
 * assert.equal(error.code, "integrity");
 * assert.equal(error.file, "model.safetensors");
 * ```
 */
export class ModelError extends Error implements Failure {
  /** The class's name, also where the code is minified. */
  override readonly name = "ModelError";
  /** Which of the closed set of failures it is. */
  readonly code: ErrorCode;
  /** Repository-relative path of the file concerned. */
  declare readonly file?: string;
  /** What had to be there. */
  declare readonly expected?: string;
  /** What was there. */
  declare readonly actual?: string;

  /**
   * Makes a failure.
   *
   * @param code which failure it is
   * @param message what was attempted, on what, why it failed and what to do
   */
  constructor(code: ErrorCode, message: string, options: ModelErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.file !== undefined) this.file = options.file;
    if (options.expected !== undefined) this.expected = options.expected;
    if (options.actual !== undefined) this.actual = options.actual;
  }
}
