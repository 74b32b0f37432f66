import type { ErrorCode } from "../../spec/mod.ts";
import { ModelError } from "../errors.ts";

const CODES: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOSPC: ["disk-full", "the volume is full; free some space and retry the command"],
  EDQUOT: ["disk-full", "the disk quota is used up; free some space and retry the command"],
  EFBIG: ["disk-full", "the volume does not take a file of this size; use another root"],
  EACCES: ["access-denied", "permission is denied; change the permissions or use another root"],
  EPERM: ["access-denied", "the operation is not permitted here; use another root"],
  EROFS: ["access-denied", "the volume is read-only; use another root"],
  ENOTDIR: [
    "access-denied",
    "a file is where a directory must be; move it away or use another root",
  ],
  EISDIR: ["access-denied", "a directory is where a file must be; move it away"],
  ENAMETOOLONG: ["path-too-long", "the path is longer than the volume allows; use a shorter root"],
  ELOOP: ["unsafe-path", "a symbolic link is where none may be; remove it"],
  EMLINK: [
    "unsafe-path",
    "a file to be written has a second name elsewhere, which would change too; remove this one",
  ],
  ENXIO: ["unsafe-path", "a FIFO, a socket or a device is where a file must be; remove it"],
};

/** The operating system's code of a failure (`ENOENT`, …), or undefined when it has none; `ERR_…` is the runtime's. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/**
 * Adds to a failure of the disk what was attempted; a {@linkcode ModelError} or an abort passes unchanged.
 *
 * @param error what the port rejected with
 * @param attempt what was attempted and on what, for example `write "/m/config.json"`
 * @returns the error to throw
 */
export function diskError(error: unknown, attempt: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined) return error;
  const [code, why] = CODES[errno] ?? [
    "disk-io",
    `the disk answered ${errno}; check the volume and retry the command`,
  ];
  const place = code === "unsafe-path" ? placeOf(error) : "";
  return new ModelError(code, `Cannot ${attempt}: ${place}${why}`, { cause: error });
}

/** What somebody planted is named itself: the attempt may name another place. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error) || !("path" in error)) return "";
  return typeof error.path === "string" ? `at "${error.path}" ` : "";
}
