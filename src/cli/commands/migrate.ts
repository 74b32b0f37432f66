import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { MigrationResult } from "../../../spec/mod.ts";
import { expandHome } from "../../layout/expand_home.ts";
import type { Output } from "../text_output.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { printable } from "../output/format.ts";
import { type CommonOptions, printJson, type Session } from "../command_context.ts";

interface MigrateOptions extends CommonOptions {
  readonly from?: string;
  readonly layout?: "hubapi" | "lmstudio";
  readonly dryRun?: boolean;
  readonly undo?: boolean;
}

/** Adds `mlx-layout migrate`. */
export function addMigrateCommand(program: Command, session: Session): void {
  program
    .command("migrate")
    .description("move a model from where an app put it to where MLX looks for it")
    .argument("<model>", "ORG/NAME")
    .option("--from <directory>", "where it is now (default: the app's own directory for it)")
    .option("--layout <layout>", "hubapi or lmstudio (default: hubapi)", readLayout)
    .option("--root <directory>", "directory of the models")
    .option("--dry-run", "only say what would be moved")
    .option("--undo", "take an earlier migration of this model back")
    .option("--json", "print JSON")
    .action((repository: string, options: MigrateOptions) =>
      session.run(
        options,
        async ({ manager, stdout, wait }) => {
          const { layout } = options;
          const from = options.from && resolve(expandHome(options.from, session.world.config.env));
          const request = { repository, ...(from && { from }), ...(layout && { layout }) };
          const json = options.json === true;
          if (options.undo === true) {
            const undone = await manager.migrate({ ...request, step: "undo" }, wait);
            if (json) printJson(stdout, undone);
            else stdout.write(`Taken back: ${printable(undone.to)}\n`);
            return EXIT_CODES.done;
          }
          // The plan is shown first, also when it is carried out: it is somebody's models.
          const plan = await manager.migrate({ ...request, step: "plan" }, wait);
          if (!json) printPlan(stdout, plan);
          if (options.dryRun === true) {
            if (json) printJson(stdout, plan);
            return EXIT_CODES.done;
          }
          const result = await manager.migrate({ ...request, step: "move" }, wait);
          if (json) printJson(stdout, result);
          else stdout.write(`Moved. To take it back: mlx-layout migrate ${repository} --undo\n`);
          return EXIT_CODES.done;
        },
        { afterInterruption: "Run the same command again to go on, or with --undo to go back." },
      ),
    );
}

function readLayout(text: string): "hubapi" | "lmstudio" {
  if (text === "hubapi" || text === "lmstudio") return text;
  throw new InvalidArgumentError("It must be hubapi or lmstudio.");
}

function printPlan(stdout: Output, plan: MigrationResult): void {
  stdout.write(`From ${printable(plan.from)}\nto   ${printable(plan.to)}\n`);
  for (const path of plan.files) stdout.write(`  ${printable(path)}\n`);
  if (plan.leftBehind.length > 0)
    stdout.write(`These stay: ${plan.leftBehind.map(printable).join(", ")}\n`);
}
