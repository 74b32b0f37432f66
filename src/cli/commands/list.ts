import { relative } from "node:path";
import type { Command } from "commander";
import type { ListedModel } from "../../../spec/mod.ts";
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
  program
    .command("list")
    .description("list the models under the root")
    .option("--root <directory>", "directory of the models")
    .option("--json", "print JSON")
    .action((options: CommonOptions) =>
      session.run(options, async (scene) =>
        printModels(await scene.manager.list(), options, scene),
      ),
    );
}

function printModels(
  models: readonly ListedModel[],
  options: CommonOptions,
  scene: CommandContext,
): ExitCode {
  if (options.json === true) {
    printJson(scene.stdout, models);
    return EXIT_CODES.done;
  }
  if (models.length === 0) {
    scene.stderr.write(`There are no models under ${printable(scene.root)}\n`);
    return EXIT_CODES.done;
  }
  const rows = models.map((model) => row(model, scene.root));
  scene.stdout.write(table([HEADER, ...rows], { alignRight: [HEADER.indexOf("SIZE")] }));
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
