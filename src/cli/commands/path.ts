import type { Command } from "commander";
import { ModelError } from "../../errors.ts";
import { addExamples } from "../add_examples.ts";
import { type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { misplacedFailure, printMend } from "../output/print_mend.ts";
import { printJson } from "../output/print_json.ts";

/** Adds `mlx-layout path`. */
export function addPathCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("path")
      .description("print the directory of a downloaded model; fails where files of it are missing")
      .argument("<model>", "ORG/NAME"),
  );
  addExamples(command, [
    "path mlx-community/SmolLM-135M-Instruct-4bit",
    "path mlx-community/SmolLM-135M-Instruct-4bit --layout hf-cache --revision main",
  ]);
  command.action((repository: string, options: ModelOptions) =>
    session.run(options, async (context) => {
      const { manager, root, stdout, stderr } = context;
      const request = modelRequest(repository, options);
      const directory = await manager.locate(request);
      if (directory === undefined) {
        throw (
          (await misplacedFailure(repository, context)) ??
          new ModelError(
            "not-downloaded",
            `Cannot find "${repository}" under "${root}": it is not downloaded; run "mlx-layout download ${repository}", or name another root with --root`,
          )
        );
      }
      // Nothing is read for it but what was touched: the path is wanted now.
      const { state } = await manager.status(request, { reads: "sizes" });
      if (options.json === true) printJson(stdout, "path", { repository, directory, state });
      else stdout.write(`${directory}\n`);
      if (state !== "incomplete") return EXIT_CODES.done;
      stderr.write(`mlx-layout: "${repository}" is incomplete: a runtime must not open it\n`);
      await printMend({ repository, directory }, context);
      return EXIT_CODES.failed;
    }),
  );
}
