import type { ErrorCode } from "../../spec/mod.ts";

/** What the command's exit codes mean. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  usage: 2,
  interrupted: 130,
  "output closed": 141,
  terminated: 143,
} as const satisfies Record<string, number>;

/** One of the exit codes. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** Why the command was interrupted: the reason of its `AbortSignal`. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly exitCode: ExitCode;

  /**
   * @param signal the operating system's signal
   */
  constructor(signal: "SIGINT" | "SIGTERM") {
    super(`Stopped by ${signal}`);
    this.exitCode = signal === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.terminated;
  }
}

/**
 * The exit code of a failure: a request that is itself wrong is a usage error.
 *
 * @returns 2 for `invalid-argument`, else 1
 */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return code === "invalid-argument" ? EXIT_CODES.usage : EXIT_CODES.failed;
}
