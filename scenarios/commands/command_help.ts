/**
 * The end of each command's help: examples, notes and exit codes.
 *
 * @module
 */

import type { Command } from "commander";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";

/** What each exit code means, for every command alike. */
const MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  conformant: "conformant (with listed deviations, or in the part that was run), or done",
  "not conformant": "not conformant, or failed",
  usage: "wrong usage",
  "subject failed to start": "the subject failed to start or broke the protocol",
  "harness failed": "the harness failed",
  incomplete: "partial (a MUST was skipped or not tested), or incomplete",
  interrupted: "interrupted by Ctrl-C",
};

/** The exit codes of every verdict and of wrong usage, in their order. */
export const ALL_EXIT_CODES: readonly (keyof typeof EXIT_CODES)[] = [
  "conformant",
  "not conformant",
  "usage",
  "subject failed to start",
  "harness failed",
  "incomplete",
];

/** What the help of a command says after its options. */
export interface CommandHelp {
  /** Command lines without the program's name. */
  readonly examples: readonly string[];
  readonly notes?: readonly string[];
  /** The codes that the command can end with, in their order. */
  readonly exitCodes: readonly (keyof typeof EXIT_CODES)[];
}

/** Adds examples, notes and exit codes to the help of a command. */
export function addCommandHelp(command: Command, help: CommandHelp): Command {
  const { examples, notes = [], exitCodes } = help;
  const codes = exitCodes.map((name) => `  ${EXIT_CODES[name]}  ${MEANINGS[name]}`);
  const lines = [
    "",
    "Examples:",
    ...examples.map((example) => `  $ mlx-conform ${example}`.trimEnd()),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    "",
    "Exit codes:",
    ...codes,
  ];
  return command.addHelpText("after", lines.join("\n"));
}
