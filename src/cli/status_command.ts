import type { Command } from "commander";
import { EXIT_CODES } from "./exit_code.ts";
import { printModelStatus } from "./print_model_status.ts";
import { type CommonOptions, type Session } from "./session.ts";

/** Adds `mlx-layout status`. */
export function addStatusCommand(program: Command, session: Session): void {
  program
    .command("status")
    .description("tell whether a model is complete, without reading its files through")
    .argument("<model>", "ORG/NAME")
    .option("--root <directory>", "directory of the models")
    .option("--json", "print JSON")
    .action((repository: string, options: CommonOptions) =>
      session.run(options, async (scene) => {
        const status = await scene.manager.status({ repository });
        printModelStatus(status, { repository, json: options.json === true, scene });
        return status.state === "complete" ? EXIT_CODES.done : EXIT_CODES.failed;
      }),
    );
}
