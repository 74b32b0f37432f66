import type { Command } from "commander";
import type { CodeTrust } from "../../../spec/mod.ts";
import { addExamples } from "../add_examples.ts";
import { printJson } from "../output/print_json.ts";
import { type CommonOptions, type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { trustOf, trustOption } from "../model_options.ts";
import { printCanLoad } from "../output/print_can_load.ts";
import {
  allRuntimesOption,
  isLoadedBy,
  type RuntimeOptions,
  runtimeOption,
} from "../output/print_runtimes.ts";

interface CanLoadCommandOptions extends CommonOptions, RuntimeOptions, CodeTrust {
  readonly offline?: boolean;
}

/** Adds `mlx-layout can-load`. */
export function addCanLoadCommand(program: Command, session: Session): void {
  const command = program
    .command("can-load")
    .description("say which runtimes load a model of the hub, without downloading its weights")
    .argument("<model>", "ORG/NAME, or ORG/NAME@REVISION")
    .addOption(runtimeOption())
    .addOption(allRuntimesOption())
    .addOption(trustOption())
    .option("--json", "print JSON");
  addExamples(command, [
    "can-load mlx-community/SmolLM-135M-Instruct-4bit",
    "can-load mlx-community/SmolLM-135M-Instruct-4bit@main --runtime mlx-swift-lm@3.31.4",
  ]);
  command.action((model: string, options: CanLoadCommandOptions) =>
    session.run(options, async ({ manager, stdout, wait }) => {
      const [repository = "", ...revision] = model.split("@");
      const named = revision.length === 0 ? {} : { revision: revision.join("@") };
      const request = { repository, ...named, ...trustOf(options) };
      const report = await manager.canLoad(request, wait);
      if (options.json === true) printJson(stdout, "can-load", report);
      else printCanLoad(report, options, stdout);
      return isLoadedBy(report.runtimes, options) ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
}
