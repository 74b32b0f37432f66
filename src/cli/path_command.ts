import type { Command } from "commander";
import { ModelError } from "../errors.ts";
import { EXIT_CODES } from "./exit_code.ts";
import { type CommonOptions, printJson, type Session } from "./session.ts";

/** Adds `mlx-layout path`. */
export function addPathCommand(program: Command, session: Session): void {
  program
    .command("path")
    .description("print the directory of a model that is here")
    .argument("<model>", "ORG/NAME")
    .option("--root <directory>", "directory of the models")
    .option("--json", "print JSON")
    .action((repository: string, options: CommonOptions) =>
      session.run(options, async ({ manager, root, stdout }) => {
        const directory = await manager.locate({ repository });
        if (directory === undefined) {
          throw new ModelError(
            "not-downloaded",
            `Cannot find "${repository}" under "${root}" as it is not downloaded: run "mlx-layout download ${repository}", or name another root with --root`,
          );
        }
        if (options.json === true) printJson(stdout, { repository, directory });
        else stdout.write(`${directory}\n`);
        return EXIT_CODES.done;
      }),
    );
}
