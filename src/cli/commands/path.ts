import type { Command } from "commander";
import { ModelError } from "../../errors.ts";
import { addExamples } from "../add_examples.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { type Session } from "../command_context.ts";
import { printJson } from "../output/print_json.ts";

/** Adds `mlx-layout path`. */
export function addPathCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("path")
      .description("print the directory of a downloaded model")
      .argument("<model>", "ORG/NAME"),
  );
  addExamples(command, [
    "path mlx-community/SmolLM-135M-Instruct-4bit",
    "path mlx-community/SmolLM-135M-Instruct-4bit --layout hf-cache --revision main",
  ]);
  command.action((repository: string, options: ModelOptions) =>
    session.run(options, async ({ manager, root, stdout }) => {
      const directory = await manager.locate(modelRequest(repository, options));
      if (directory === undefined) {
        throw new ModelError(
          "not-downloaded",
          `Cannot find "${repository}" under "${root}": it is not downloaded; run "mlx-layout download ${repository}", or name another root with --root`,
        );
      }
      if (options.json === true) printJson(stdout, "path", { repository, directory });
      else stdout.write(`${directory}\n`);
      return EXIT_CODES.done;
    }),
  );
}
