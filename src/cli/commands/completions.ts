import { Argument, type Command } from "commander";
import { addExamples } from "../add_examples.ts";
import type { CommonOptions, Session } from "../command_context.ts";
import { completionScript, type Shell, SHELLS } from "../completions/completion_script.ts";
import { EXIT_CODES } from "../exit_code.ts";

const NOTES = `
bash  source <(mlx-layout completions bash)                               in ~/.bashrc
zsh   source <(mlx-layout completions zsh)                                in ~/.zshrc, after compinit
fish  mlx-layout completions fish > ~/.config/fish/completions/mlx-layout.fish`;

/** Adds `mlx-layout completions`. */
export function addCompletionsCommand(program: Command, session: Session): void {
  const command = program
    .command("completions")
    .description("print the completions of mlx-layout for a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS));
  addExamples(
    command,
    SHELLS.map((shell) => `completions ${shell}`),
  ).addHelpText("after", NOTES);
  command.action((shell: Shell, options: CommonOptions) =>
    session.run(options, async ({ stdout }) => {
      stdout.write(completionScript(program, shell));
      return EXIT_CODES.done;
    }),
  );
}
