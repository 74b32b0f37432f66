import { resolve } from "node:path";
import type { Command } from "commander";
import type { RemovalPlan } from "../../../spec/mod.ts";
import { expandHome } from "../../layout/expand_home.ts";
import { isRepositoryId } from "../../layout/repository_id.ts";
import { addExamples } from "../add_examples.ts";
import { type CommandContext, type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { addModelOptions, type ModelOptions, modelRequest } from "../model_options.ts";
import { formatBytes, printable } from "../output/format.ts";
import { printJson } from "../output/print_json.ts";

interface RemoveOptions extends ModelOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly force?: boolean;
}

/** How many files are named one by one. */
const FILES_SHOWN = 20;

/** Adds `mlx-layout remove`. */
export function addRemoveCommand(program: Command, session: Session): void {
  const command = addModelOptions(
    program
      .command("remove")
      .description("remove a model and everything that belongs to it; asks first on a terminal")
      .argument("<model>", "ORG/NAME below the root, or the directory of any copy that list shows")
      .option("-y, --yes", "do not ask")
      .option("--dry-run", "only print what would be removed, and what comes free")
      .option("--force", "also where links of another store lead into it"),
  );
  addExamples(command, [
    "remove mlx-community/SmolLM-135M-Instruct-4bit --dry-run",
    "remove mlx-community/SmolLM-135M-Instruct-4bit --layout hf-cache --revision main -y",
    "remove ~/.lmstudio/models/mlx-community/SmolLM-135M-Instruct-4bit",
  ]);
  command.action((model: string, options: RemoveOptions) =>
    session.run(options, async (context) => {
      const { manager, stdout, wait } = context;
      const directory = resolve(expandHome(model, context.env));
      const request = isRepositoryId(model) ? modelRequest(model, options) : { directory };
      const isText = options.json !== true;
      // What goes is shown first, and what is asked about is what goes.
      const plan = await manager.planRemoval(request);
      if (isText) printPlan(plan, context);
      if (options.dryRun === true) {
        if (!isText) printJson(stdout, "removal", plan);
        return EXIT_CODES.done;
      }
      const isAsked = isText && options.yes !== true && context.ask !== undefined;
      if (isAsked && !(await context.ask(`Remove ${printable(plan.directory)}? [y/N] `))) {
        context.stderr.write("Nothing was removed\n");
        return EXIT_CODES.failed;
      }
      const force = options.force === true;
      const result =
        "directory" in request
          ? await manager.removeDirectory(request.directory, { ...wait, ...(force && { force }) })
          : await manager.remove({ ...request, ...(force && { force }) });
      if (!isText) printJson(stdout, "removed", result);
      else
        stdout.write(
          `Removed ${result.directory}: ${formatBytes(result.bytesFreed)} freed (${result.bytesFreed} bytes)\n`,
        );
      return EXIT_CODES.done;
    }),
  );
}

function printPlan(plan: RemovalPlan, { stdout }: CommandContext): void {
  const { directory, files, staying, bytesFreed, bytesShared, linkedFrom = [] } = plan;
  stdout.write(`To be removed: ${printable(directory)}\n`);
  for (const path of files.slice(0, FILES_SHOWN)) stdout.write(`  ${printable(path)}\n`);
  if (files.length > FILES_SHOWN) stdout.write(`  and ${files.length - FILES_SHOWN} more\n`);
  stdout.write(`${formatBytes(bytesFreed)} come free\n`);
  if (bytesShared > 0)
    stdout.write(`${formatBytes(bytesShared)} do not, as that data has another name elsewhere\n`);
  for (const path of linkedFrom) stdout.write(`${printable(path)} will lead nowhere\n`);
  if (staying > 0)
    stdout.write(`${staying} ${staying === 1 ? "file" : "files"} of other tools will stay there\n`);
}
