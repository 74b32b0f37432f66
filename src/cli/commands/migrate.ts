import { resolve } from "node:path";
import { type Command, Option } from "commander";
import type { MigrationResult, RepositoryLayout } from "../../../spec/mod.ts";
import { expandHome } from "../../layout/expand_home.ts";
import { DEFAULT_LAYOUT, layoutNames } from "../../layout/layouts/mod.ts";
import { addExamples } from "../add_examples.ts";
import type { Output } from "../text_output.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { printable } from "../output/format.ts";
import { type CommandContext, type CommonOptions, type Session } from "../command_context.ts";
import { ModelError } from "../../errors.ts";
import { isRepositoryId } from "../../layout/repository_id.ts";
import { printJson } from "../output/print_json.ts";

interface MigrateOptions extends CommonOptions {
  readonly from?: string;
  readonly as?: string;
  readonly layout?: RepositoryLayout;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
}

/** Adds `mlx-layout migrate`. */
export function addMigrateCommand(program: Command, session: Session): void {
  const targets = layoutNames(({ isMigrationTarget }) => isMigrationTarget);
  const layout = new Option("--layout <layout>", `layout to move to (default: ${DEFAULT_LAYOUT})`);
  const command = program
    .command("migrate")
    .description("move a model from where an app put it to where MLX looks for it")
    .argument("<model>", "ORG/NAME, or the directory that it is in now, as list prints it")
    .option("--from <directory>", "where it is now (default: the app's own directory for it)")
    .option("--as <repository>", "which repository a directory is, where nothing in it says so")
    .addOption(layout.choices(targets))
    .option("--root <directory>", "directory of the models")
    .option("--dry-run", "only print what would be moved")
    .option("--undo", "undo an earlier migration of this model")
    .option("--json", "print JSON");
  addExamples(command, [
    "migrate mlx-community/SmolLM-135M-Instruct-4bit --dry-run",
    "migrate mlx-community/SmolLM-135M-Instruct-4bit --from ~/Models/smollm-135m",
    "migrate ~/Documents/Models/smollm-135m --as mlx-community/SmolLM-135M-Instruct-4bit",
    "migrate mlx-community/SmolLM-135M-Instruct-4bit --undo",
  ]);
  command.action((model: string, options: MigrateOptions) =>
    session.run(
      options,
      async (context) => {
        const { manager, stdout, wait } = context;
        const { layout } = options;
        const { repository, from } = await whatIsMoved(model, options, context);
        const request = { repository, ...(from && { from }), ...(layout && { layout }) };
        const json = options.json === true;
        if (options.undo === true) {
          const undone = await manager.migrate({ ...request, step: "undo" }, wait);
          if (json) printJson(stdout, "migration", undone);
          else stdout.write(`Undone: the model is back in ${printable(undone.to)}\n`);
          return EXIT_CODES.done;
        }
        // The plan is shown first, also when it is carried out: these are the user's models.
        const plan = await manager.migrate({ ...request, step: "plan" }, wait);
        if (!json) printPlan(stdout, plan);
        if (options.dryRun === true) {
          if (json) printJson(stdout, "migration", plan);
          return EXIT_CODES.done;
        }
        const result = await manager.migrate({ ...request, step: "move" }, wait);
        if (json) printJson(stdout, "migration", result);
        else {
          const named = from === undefined ? "" : ` --from ${printable(from)}`;
          stdout.write(`Moved. To undo: mlx-layout migrate ${repository}${named} --undo\n`);
        }
        return EXIT_CODES.done;
      },
      { afterInterruption: "Retry the command to continue, or run it with --undo to go back." },
    ),
  );
}

/** A repository, or the directory that it is in: what `list` prints of a misplaced model. */
async function whatIsMoved(
  model: string,
  options: MigrateOptions,
  { manager, env, root, host }: CommandContext,
): Promise<{ readonly repository: string; readonly from: string | undefined }> {
  const named = options.from && resolve(expandHome(options.from, env));
  if (named !== undefined || isRepositoryId(model)) return { repository: model, from: named };
  const here = resolve(expandHome(model, env));
  // A model id, such as `smollm-135m`, is a directory of the root.
  const below = resolve(root, model);
  const from = (await isThere(here, host)) || !(await isThere(below, host)) ? here : below;
  const repository = options.as ?? (await manager.repositoryIn(from));
  if (repository !== undefined) return { repository, from };
  throw new ModelError(
    "invalid-argument",
    `Cannot move "${from}": nothing in it says which repository it is; name it, as in "mlx-layout migrate ${model} --as mlx-community/SmolLM-135M-Instruct-4bit"`,
  );
}

async function isThere(path: string, { files }: CommandContext["host"]): Promise<boolean> {
  try {
    return (await files.stat(path)).kind === "directory";
  } catch {
    // What cannot be looked at cannot be moved either, which the migration says.
    return false;
  }
}

function printPlan(stdout: Output, plan: MigrationResult): void {
  stdout.write(`From ${printable(plan.from)}\nto   ${printable(plan.to)}\n`);
  for (const path of plan.files) stdout.write(`  ${printable(path)}\n`);
  if (plan.leftBehind.length > 0)
    stdout.write(`These stay: ${plan.leftBehind.map(printable).join(", ")}\n`);
}
