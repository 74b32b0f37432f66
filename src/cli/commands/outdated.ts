import type { Command } from "commander";
import { addExamples } from "../add_examples.ts";
import { type CommandContext, type CommonOptions, type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { type Freshness, freshnessOf } from "../outdated_models.ts";
import { printable } from "../output/format.ts";
import { printJson } from "../output/print_json.ts";
import { table } from "../output/table.ts";

/** Digits of a commit that tell two apart. */
const COMMIT_LENGTH = 10;

interface UpdateOptions extends CommonOptions {
  readonly dryRun?: boolean;
}

/** Adds `mlx-layout outdated` and `mlx-layout update`. */
export function addOutdatedCommands(program: Command, session: Session): void {
  const outdated = program
    .command("outdated")
    .description(
      "ask the hub which models have changed since they were downloaded; one request each",
    )
    .option("--root <directory>", "directory of the models")
    .option("--token <token>", "token for the hub (default: HF_TOKEN)")
    .option("--json", "print JSON");
  addExamples(outdated, ["outdated", "outdated --root ~/Models --json"]);
  outdated.action((options: CommonOptions) =>
    session.run(options, async (context) => {
      const fresh = await lookUp(context);
      report(fresh, options, context);
      return fresh.every(isFresh) ? EXIT_CODES.done : EXIT_CODES.failed;
    }),
  );
  const update = program
    .command("update")
    .description("download what has changed of the models that are outdated, and nothing else")
    .argument("[models...]", "ORG/NAME (default: all that are outdated)")
    .option("--root <directory>", "directory of the models")
    .option("--token <token>", "token for the hub (default: HF_TOKEN)")
    .option("--dry-run", "only print which models are outdated")
    .option("--json", "print JSON");
  addExamples(update, ["update", "update mlx-community/SmolLM-135M-Instruct-4bit"]);
  update.action((models: readonly string[], options: UpdateOptions) =>
    session.run(options, async (context) => {
      const { manager, wait, stdout, stderr } = context;
      const known = await lookUp(context);
      const isAsked = ({ model }: Freshness) =>
        models.length === 0 || models.includes(model.repository);
      const asked = known.filter(isAsked);
      for (const name of models)
        if (!asked.some(({ model }) => model.repository === name))
          stderr.write(`mlx-layout: Nothing is recorded of ${printable(name)}: download it\n`);
      const old = asked.filter((one) => one.latest !== undefined && !isFresh(one));
      if (options.dryRun === true || options.json !== true) report(asked, options, context);
      const isComplete = models.every((name) =>
        asked.some(({ model }) => model.repository === name),
      );
      if (options.dryRun === true) return EXIT_CODES.done;
      for (const { model } of old) {
        const { repository, layout, revision } = model;
        const request = { repository, ...(revision !== undefined && { revision }) };
        const result = await manager.download(
          layout === "flat" ? request : { ...request, layout },
          wait,
        );
        if (options.json === true) printJson(stdout, "result", result);
        else stdout.write(`${result.directory}\n`);
      }
      return isComplete && asked.every(({ latest }) => latest !== undefined)
        ? EXIT_CODES.done
        : EXIT_CODES.failed;
    }),
  );
}

async function lookUp({ manager, wait }: CommandContext): Promise<readonly Freshness[]> {
  const { models } = await manager.survey({ places: "root" });
  return freshnessOf(manager, models, wait);
}

function isFresh({ model, latest }: Freshness): boolean {
  return latest === model.commit;
}

function report(
  fresh: readonly Freshness[],
  options: CommonOptions,
  { stdout, stderr }: CommandContext,
): void {
  const old = fresh.filter((one) => one.latest !== undefined && !isFresh(one));
  const unasked = fresh.filter(({ latest }) => latest === undefined);
  if (options.json === true) {
    printJson(stdout, "outdated", {
      models: fresh.map(({ model, latest, why }) => ({
        repository: model.repository,
        directory: model.directory,
        commit: model.commit,
        ...(latest !== undefined && { latest }),
        ...(why !== undefined && { why }),
      })),
    });
    return;
  }
  for (const { why = "" } of unasked) stderr.write(`mlx-layout: ${printable(why)}\n`);
  const rows = old.map(({ model, latest = "" }) => [
    printable(model.repository),
    model.commit.slice(0, COMMIT_LENGTH),
    latest.slice(0, COMMIT_LENGTH),
  ]);
  if (rows.length > 0) stdout.write(table([["MODEL", "HERE", "HUB"], ...rows]));
  stdout.write(
    `${fresh.length - old.length - unasked.length} up to date, ${old.length} outdated\n`,
  );
}
