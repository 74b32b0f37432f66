import type { Command } from "commander";
import { addExamples } from "../add_examples.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { mendOfStatus, printModelStatus } from "../output/print_model_status.ts";
import type { Session } from "../command_context.ts";

/** Adds `mlx-layout status`. */
export function addStatusCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("status")
      .description("check that a model is complete; only files that changed are hashed")
      .argument("<model>", "ORG/NAME")
      .option("--remote", "ask the hub too whether it has a newer commit"),
  );
  addExamples(command, ["status mlx-community/SmolLM-135M-Instruct-4bit"]);
  command.action((repository: string, options: ModelOptions & { readonly remote?: boolean }) =>
    session.run(options, async (context) => {
      const status = await context.manager.status(modelRequest(repository, options));
      const command =
        status.state === "incomplete" ? await mendOfStatus(status, repository, context) : undefined;
      printModelStatus(status, { repository, json: options.json === true, context, command });
      if (options.remote === true && status.state === "complete") {
        const latest = await context.manager.latestCommit(modelRequest(repository, options));
        const isFresh = latest === status.commit;
        context.stderr.write(
          isFresh
            ? "The hub has the same commit\n"
            : `The hub has commit ${latest}: run "mlx-layout update ${repository}"\n`,
        );
      }
      return status.state === "complete" ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
}
