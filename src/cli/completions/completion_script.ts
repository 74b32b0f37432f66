import type { Command } from "commander";
import { bashCompletions } from "./bash.ts";
import { commandWords } from "./command_words.ts";
import { fishCompletions } from "./fish.ts";
import { zshCompletions } from "./zsh.ts";

/** The shells for which there are completions. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** One of these shells. */
export type Shell = (typeof SHELLS)[number];

const WRITERS = { bash: bashCompletions, zsh: zshCompletions, fish: fishCompletions };

/**
 * Writes the completions of a program: its commands, their options, and what may stand behind those.
 *
 * @returns a script that the shell sources
 */
export function completionScript(program: Command, shell: Shell): string {
  return WRITERS[shell](program.name(), commandWords(program));
}
