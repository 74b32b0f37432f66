import type { Command } from "commander";

/**
 * Ends the help of a command with examples.
 *
 * @param lines what is typed behind the program's name
 */
export function addExamples(command: Command, lines: readonly string[]): Command {
  const examples = lines.map((line) => `  mlx-layout ${line}`).join("\n");
  return command.addHelpText("after", `\nExamples:\n${examples}`);
}
