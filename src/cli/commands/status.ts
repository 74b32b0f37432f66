import type { Command } from "commander";
import { EXIT_CODES } from "../exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { printModelStatus } from "../output/print_model_status.ts";
import type { Session } from "../command_context.ts";

/** Adds `mlx-layout status`. */
export function addStatusCommand(program: Command, session: Session): void {
  addModelOptions(
    program
      .command("status")
      .description("tell whether a model is complete, without reading its files through")
      .argument("<model>", "ORG/NAME"),
  ).action((repository: string, options: ModelOptions) =>
    session.run(options, async (scene) => {
      const status = await scene.manager.status(modelRequest(repository, options));
      printModelStatus(status, { repository, json: options.json === true, scene });
      return status.state === "complete" ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
}
