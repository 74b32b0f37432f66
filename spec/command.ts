/**
 * How an implementation's command line is asked, and what it answers; `commands.md` states the rules.
 *
 * @module
 */

/** What a command can be asked for. */
export const COMMAND_OPERATIONS = [
  "download",
  "status",
  "verify",
  "path",
  "list",
  "remove",
  "check",
] as const;

/** How a command line can be wrong. */
export const MISUSES = ["unknown-option", "unknown-command", "missing-argument"] as const;

/** Asks for one run of the command, in the implementation's own words. */
export interface CommandRequest {
  /** What it is to do. */
  readonly operation: (typeof COMMAND_OPERATIONS)[number];
  /** The repository, as `org/name`; ignored by `list`. */
  readonly repository: string;
  /** A token, given as an option. */
  readonly token?: string;
  /** The hub, given as an option. */
  readonly endpoint?: string;
  /** Whether lines for programs are wanted instead of text for people. @default {false} */
  readonly json?: boolean;
  /** Columns of the terminal behind both outputs. @default {no terminal} */
  readonly columns?: number;
  /** What is wrong with the command line. @default {nothing} */
  readonly misuse?: (typeof MISUSES)[number];
}

/** What one run of the command did. */
export interface CommandResult {
  /** The exit code; 130 after `SIGINT`. */
  readonly exitCode: number;
  /** All of its standard output. */
  readonly stdout: string;
  /** All of its standard error. */
  readonly stderr: string;
}
