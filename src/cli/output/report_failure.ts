import { ERROR_CODES, type ErrorCode, type Failure } from "../../../spec/mod.ts";
import { type Output, painted } from "../text_output.ts";
import { EXIT_CODES, type ExitCode, exitCodeOf, Interruption } from "../exit_code.ts";
import { printable } from "./format.ts";
import { printJson } from "./print_json.ts";

/** Where and how a failure is reported. */
export interface ReportFailureOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** What became of the work of a command that was interrupted. @default {nothing is said about it} */
  readonly afterInterruption?: string | undefined;
}

/**
 * Reports a failure: one message on stderr, and an object on stdout where JSON was asked for.
 *
 * Of causes only the system's code is shown, and no stack; the message of a failure says what to do.
 *
 * @returns the exit code
 */
export function reportFailure(error: unknown, options: ReportFailureOptions): ExitCode {
  const failure = toFailure(error, options);
  const system = systemCode(error, failure.message);
  const name = painted(options.stderr, "red", "mlx-layout:");
  options.stderr.write(`${name} ${printableLines(failure.message)}${system}\n`);
  if (options.json) printJson(options.stdout, "error", failure);
  if (failure.code !== "cancelled") return exitCodeOf(failure.code);
  const { reason } = options.signal;
  return reason instanceof Interruption ? reason.exitCode : EXIT_CODES.interrupted;
}

function toFailure(
  error: unknown,
  options: Pick<ReportFailureOptions, "signal" | "afterInterruption">,
): Failure & { readonly message: string } {
  const { signal, afterInterruption } = options;
  if (signal.aborted && (error === signal.reason || codeOf(error) === "cancelled")) {
    const more = afterInterruption === undefined ? "" : `. ${afterInterruption}`;
    return { code: "cancelled", message: `Interrupted${more}` };
  }
  if (!(error instanceof Error)) {
    return { code: "internal", message: internalMessage(String(error)) };
  }
  const code = codeOf(error);
  if (code === undefined) return { code: "internal", message: internalMessage(error.message) };
  return {
    code,
    message: error.message,
    ...textField(error, "file"),
    ...textField(error, "expected"),
    ...textField(error, "actual"),
  };
}

function internalMessage(detail: string): string {
  return `Internal error: ${detail}. Please report this as a bug of mlx-layout`;
}

/** The closed code of a failure of the contract; errors of the system have other codes or none. */
function codeOf(error: unknown): ErrorCode | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code } = error;
  return typeof code === "string" && isErrorCode(code) ? code : undefined;
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}

/** The system's own name of the cause, which people look up; the rest of a cause may hold addresses and is not shown. */
function systemCode(error: unknown, message: string): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code: unknown = "code" in at ? at.code : undefined;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) && !message.includes(code)) {
      return ` (${code})`;
    }
  }
  return "";
}

function textField(error: Error, name: "file" | "expected" | "actual"): Partial<Failure> {
  const value: unknown = name in error ? Reflect.get(error, name) : undefined;
  return typeof value === "string" ? { [name]: value } : {};
}

/** A message may have lines of its own, a list of missing files for example. */
function printableLines(message: string): string {
  return message.split("\n").map(printable).join("\n");
}
