/**
 * The one error class of this implementation.
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
 * const error = new ModelError("integrity", 'Cannot keep "model.safetensors"', { file: "model.safetensors" });
 * assert.equal(error.code, "integrity");
 * ```
 */
export class ModelError extends Error implements Failure {
  override readonly name = "ModelError";
  readonly code: ErrorCode;
  declare readonly file?: string;
  declare readonly expected?: string;
  declare readonly actual?: string;

  constructor(code: ErrorCode, message: string, options: ModelErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.file !== undefined) this.file = options.file;
    if (options.expected !== undefined) this.expected = options.expected;
    if (options.actual !== undefined) this.actual = options.actual;
  }
}
