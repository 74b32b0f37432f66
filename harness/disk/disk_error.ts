import { constants } from "node:os";

/** A failure as the operating system reports it. */
export interface DiskError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path: string;
  readonly dest?: string;
  readonly errno?: number;
}

const NUMBERS: Readonly<Record<string, number>> = constants.errno;

/**
 * Makes the error that `node:fs` would reject with, for a code such as `ENOSPC`.
 *
 * @example
 * ```ts
 * import { diskError } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(diskError("ENOSPC", "write", "/models/a").code, "ENOSPC");
 * ```
 */
export function diskError(
  code: string,
  syscall: string,
  path: string,
  options: { readonly target?: string } = {},
): DiskError {
  const { target } = options;
  const arrow = target === undefined ? "" : ` -> '${target}'`;
  const errno = NUMBERS[code];
  return Object.assign(withoutStack(`${code}: ${syscall} '${path}'${arrow}`), {
    code,
    syscall,
    path,
    ...(target === undefined ? {} : { dest: target }),
    ...(errno === undefined ? {} : { errno: -errno }),
  });
}

/** Most of these errors only say that something is not there yet; their stacks would be a twentieth of a run. */
function withoutStack(message: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error(message);
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** The operating system's code of a failure, or `undefined` when it has none. */
export function diskErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
