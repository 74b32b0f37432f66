import type { Command } from "commander";
import { EXIT_CODES } from "../exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { printModelStatus } from "../output/print_model_status.ts";
import type { Session } from "../command_context.ts";
import { withProgress } from "../output/with_progress.ts";

/** Adds `mlx-layout verify`. */
export function addVerifyCommand(program: Command, session: Session): void {
  addModelOptions(
    program
      .command("verify")
      .description("tell whether every byte of a model is the one that was downloaded")
      .argument("<model>", "ORG/NAME"),
  ).action((repository: string, options: ModelOptions) =>
    session.run(options, async (scene) => {
      const status = await withProgress(scene, options, (wait) =>
        scene.manager.verify(modelRequest(repository, options), wait),
      );
      printModelStatus(status, { repository, json: options.json === true, scene });
      return status.state === "complete" ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
}
