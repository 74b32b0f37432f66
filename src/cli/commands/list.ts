import { relative } from "node:path";
import type { Command } from "commander";
import type { ListedModel } from "../../../spec/mod.ts";
import { addExamples } from "../add_examples.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { formatBytes, printable } from "../output/format.ts";
import { STATE_STYLES } from "../output/print_model_status.ts";
import { table } from "../output/table.ts";
import { painted } from "../text_output.ts";
import { type CommonOptions, type CommandContext, type Session } from "../command_context.ts";
import { printJson } from "../output/print_json.ts";

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
    session.run(options, async (context) => {
      const unreadable: string[] = [];
      const onUnreadable = (directory: string) => {
        unreadable.push(directory);
        context.stderr.write(
          `mlx-layout: Left out as it may not be read: ${printable(directory)}\n`,
        );
      };
      const models = await context.manager.list({ onUnreadable });
      if (options.json === true) printJson(context.stdout, "models", { models, unreadable });
      else printModels(models, context);
      return EXIT_CODES.done;
    }),
  );
}

function printModels(models: readonly ListedModel[], context: CommandContext): void {
  const { root, stdout, stderr } = context;
  if (models.length === 0) {
    stderr.write(`There are no models under ${printable(root)}\n`);
    return;
  }
  const header = HEADER.map((title) => painted(stdout, "bold", title));
  const rows = models.map((model) => {
    const [state, ...rest] = row(model, root);
    return [painted(stdout, STATE_STYLES[model.state], state ?? ""), ...rest];
  });
  stdout.write(table([header, ...rows], { alignRight: [HEADER.indexOf("SIZE")] }));
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
