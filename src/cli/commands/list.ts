import { relative } from "node:path";
import type { Command } from "commander";
import type { ListedModel } from "../../../spec/mod.ts";
import { addExamples } from "../add_examples.ts";
import { EXIT_CODES, type ExitCode } from "../exit_code.ts";
import { formatBytes, printable } from "../output/format.ts";
import { table } from "../output/table.ts";
import {
  type CommonOptions,
  printJson,
  type CommandContext,
  type Session,
} from "../command_context.ts";

const HEADER = ["STATE", "LAYOUT", "REPOSITORY", "MODEL ID", "SIZE", "DIRECTORY"] as const;

/** Adds `mlx-layout list`. */
export function addListCommand(program: Command, session: Session): void {
  const command = program
    .command("list")
    .description("list the models of every layout")
    .option("--root <directory>", "directory of the models")
    .option("--json", "print JSON");
  addExamples(command, ["list", "list --root ~/Models --json"]);
  command.action((options: CommonOptions) =>
    session.run(options, async (context) =>
      printModels(await context.manager.list(), options, context),
    ),
  );
}

function printModels(
  models: readonly ListedModel[],
  options: CommonOptions,
  context: CommandContext,
): ExitCode {
  if (options.json === true) {
    printJson(context.stdout, models);
    return EXIT_CODES.done;
  }
  if (models.length === 0) {
    context.stderr.write(`There are no models under ${printable(context.root)}\n`);
    return EXIT_CODES.done;
  }
  const rows = models.map((model) => row(model, context.root));
  context.stdout.write(table([HEADER, ...rows], { alignRight: [HEADER.indexOf("SIZE")] }));
  return EXIT_CODES.done;
}

function row(model: ListedModel, root: string): readonly string[] {
  const directory = relative(root, model.directory) || ".";
  const cells = [
    model.state,
    model.layout,
    model.repository ?? "-",
    model.modelId,
    formatBytes(model.sizeBytes),
    directory,
  ];
  if (model.misplaced !== undefined) {
    cells.push(`misplaced: MLX looks in ${relative(root, model.misplaced) || "."}`);
  }
  return cells.map(printable);
}
