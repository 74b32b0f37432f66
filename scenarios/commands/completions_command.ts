/**
 * `mlx-conform completions`: what a shell completes.
 *
 * @module
 */

import { Argument, type Command } from "commander";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import {
  completionScript,
  type Shell,
  SHELLS,
} from "../../src/cli/completions/completion_script.ts";
import { addCommandHelp } from "./command_help.ts";
import type { ConformContext } from "./conform_context.ts";

/** Adds `completions`. */
export function addCompletionsCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("completions")
    .description("Print the completions of mlx-conform for a shell.")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action((shell: Shell) => {
      context.writeOut(completionScript(program, shell));
      context.finish(EXIT_CODES.conformant);
    });
  addCommandHelp(command, {
    examples: ["completions bash", "completions fish"],
    exitCodes: ["conformant", "usage"],
  });
}
