import type { Command } from "commander";
import { addExamples } from "../add_examples.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { formatBytes } from "../output/format.ts";
import { type Session } from "../command_context.ts";
import { printJson } from "../output/print_json.ts";

/** Adds `mlx-layout remove`. */
export function addRemoveCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("remove")
      .description("remove a model and everything that belongs to it")
      .argument("<model>", "ORG/NAME"),
  );
  addExamples(command, [
    "remove mlx-community/SmolLM-135M-Instruct-4bit",
    "remove mlx-community/SmolLM-135M-Instruct-4bit --layout hf-cache --revision main",
  ]);
  command.action((repository: string, options: ModelOptions) =>
    session.run(options, async ({ manager, stdout }) => {
      const result = await manager.remove(modelRequest(repository, options));
      if (options.json === true) {
        printJson(stdout, "removed", result);
      } else {
        stdout.write(
          `Removed ${result.directory}: ${formatBytes(result.bytesFreed)} freed (${result.bytesFreed} bytes)\n`,
        );
      }
      return EXIT_CODES.done;
    }),
  );
}
