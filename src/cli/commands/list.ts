import { join, relative } from "node:path";
import { type Command, Option } from "commander";
import type { Environment, ListedModel } from "../../../spec/mod.ts";
import type { Survey } from "../../places/survey_models.ts";
import { addExamples } from "../add_examples.ts";
import { type CommonOptions, type CommandContext, type Session } from "../command_context.ts";
import { EXIT_CODES } from "../exit_code.ts";
import { collectFilters, type ListFilter, shownState } from "../list_filter.ts";
import { formatAge, formatBytes, printable, shortened } from "../output/format.ts";
import { printJson } from "../output/print_json.ts";
import { STATE_STYLES } from "../output/print_model_status.ts";
import { table } from "../output/table.ts";
import { painted } from "../text_output.ts";

const HEADER = ["MODEL", "SIZE", "STATE", "STORE", "USED"] as const;
/** Columns of all but the first, with the blanks between them. */
const REST_WIDTH = 39;
const MODEL_WIDTH_MIN = 20;

const ORDERS = {
  name: (one, two) => compareText(nameOf(one), nameOf(two)),
  size: (one, two) => sizeOf(two) - sizeOf(one),
  used: (one, two) => (one.usedMs ?? 0) - (two.usedMs ?? 0),
  state: (one, two) => compareText(shownState(one), shownState(two)),
  store: (one, two) => compareText(storeOf(one), storeOf(two)),
} as const satisfies Record<string, (one: ListedModel, two: ListedModel) => number>;

interface ListCommandOptions extends CommonOptions {
  readonly sort: keyof typeof ORDERS;
  readonly filter?: readonly ListFilter[];
  readonly long?: boolean;
}

/** Adds `mlx-layout list`. */
export function addListCommand(program: Command, session: Session): void {
  const sort = new Option("--sort <order>", "by name, largest, longest unused, state or store");
  const command = program
    .command("list")
    .description(
      "list the models on this machine: those below the root, and in the stores of other tools",
    )
    .option("--root <directory>", "list this directory alone, and the hub's cache")
    .addOption(sort.choices(Object.keys(ORDERS)).default("name"))
    .option(
      "--filter <condition>",
      "state=incomplete, store=lm-studio, size>1GB, used>30d, or a part of the name; may be repeated",
      collectFilters,
    )
    .option("--long", "do not shorten names, and show directories")
    .option("--json", "print JSON");
  addExamples(command, [
    "list",
    "list --sort size --filter state=incomplete",
    "list --root ~/Models --json",
  ]);
  command.action((options: ListCommandOptions) =>
    session.run(options, async (context) => {
      const unreadable: string[] = [];
      const onUnreadable = (directory: string) => {
        unreadable.push(directory);
        context.stderr.write(
          `mlx-layout: Left out as it may not be read: ${printable(directory)}\n`,
        );
      };
      const places = options.root === undefined ? "all" : "root";
      const survey = await context.manager.survey({ onUnreadable, places });
      const nowMs = context.host.clock.now();
      const { filter = [] } = options;
      const models = survey.models
        .filter((model) => filter.every((isKept) => isKept(model, nowMs)))
        .toSorted(
          (one, two) => ORDERS[options.sort](one, two) || compareText(one.directory, two.directory),
        );
      if (options.json === true) {
        const { diskBytes, closed, away } = survey;
        printJson(context.stdout, "models", { models, diskBytes, closed, away, unreadable });
      } else printModels({ ...survey, models }, options, context);
      return EXIT_CODES.done;
    }),
  );
}

function printModels(survey: Survey, options: ListCommandOptions, context: CommandContext): void {
  const { root, stdout, stderr, host, env } = context;
  const { models } = survey;
  if (models.length === 0) {
    const other =
      options.filter === undefined
        ? `There are no models under ${printable(root)}`
        : "No model is so";
    const more =
      options.root === undefined && options.filter === undefined ? " or in any known store" : "";
    stderr.write(`${other}${more}\n`);
  } else {
    const width = options.long === true ? Infinity : (stdout.columns ?? Infinity) - REST_WIDTH;
    const nowMs = host.clock.now();
    const header = HEADER.map((title) => painted(stdout, "bold", title));
    const rows = models.map((model) => [
      printable(shortened(shownName(model, env), Math.max(MODEL_WIDTH_MIN, width))),
      formatBytes(sizeOf(model)),
      painted(stdout, stateStyle(model), shownState(model)),
      storeOf(model),
      model.usedMs === undefined ? "-" : formatAge(nowMs - model.usedMs),
      ...(options.long === true ? [printable(model.directory)] : []),
    ]);
    stdout.write(
      table([header, ...rows], { alignRight: [HEADER.indexOf("SIZE"), HEADER.indexOf("USED")] }),
    );
    stdout.write(`${totalText(survey, options)}\n`);
  }
  for (const { root: other, why } of survey.away)
    stderr.write(`Unknown: the models in ${printable(homely(other, env))}: ${printable(why)}\n`);
  for (const { title, directory, models: count } of survey.closed)
    stderr.write(
      `${title} has ${counted(count)} in ${printable(homely(directory, env))}, in a form of its own that MLX cannot open\n`,
    );
}

/** A store shares data between models, so that the sum of the rows may be more. */
function totalText({ models, diskBytes }: Survey, { filter }: ListCommandOptions): string {
  const bytes =
    filter === undefined ? diskBytes : models.reduce((sum, one) => sum + sizeOf(one), 0);
  return `${counted(models.length)}, ${formatBytes(bytes)} on disk`;
}

function counted(models: number): string {
  return `${models} ${models === 1 ? "model" : "models"}`;
}

function stateStyle(model: ListedModel) {
  return model.misplaced === undefined ? STATE_STYLES[model.state] : "red";
}

/** What the commands take: the repository, else the directory. What is misplaced is named by its directory. */
function shownName(model: ListedModel, env: Environment): string {
  const { repository, misplaced, directory } = model;
  return repository === undefined || misplaced !== undefined ? homely(directory, env) : repository;
}

/** A path below the home as the user writes it. */
function homely(path: string, env: Environment): string {
  const home = env["HOME"] || undefined;
  const way = home === undefined ? ".." : relative(home, path);
  return way === "" || way.startsWith("..") ? path : join("~", way);
}

function nameOf({ repository, directory }: ListedModel): string {
  return repository ?? directory;
}

function storeOf({ store }: ListedModel): string {
  return store ?? "root";
}

function sizeOf({ diskBytes, sizeBytes }: ListedModel): number {
  return diskBytes ?? sizeBytes;
}

function compareText(one: string, two: string): number {
  return one < two ? -1 : Number(one > two);
}
