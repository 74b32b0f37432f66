import { type Command, Option } from "commander";
import type { Layout, ShareRequest, ShareResult, ShareWay } from "../../../spec/mod.ts";
import { layoutDefinition, DEFAULT_LAYOUT, layoutNames } from "../../layout/layouts/mod.ts";
import { parseRepositoryId } from "../../layout/repository_id.ts";
import { addExamples } from "../add_examples.ts";
import { type CommandContext, type CommonOptions, type Session } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_code.ts";
import { formatBytes, printable } from "../output/format.ts";
import { printJson } from "../output/print_json.ts";
import { withProgress } from "../output/with_progress.ts";

interface ShareOptions extends CommonOptions {
  readonly from?: string;
  readonly layout?: Layout;
  readonly copy?: boolean;
  readonly dryRun?: boolean;
  readonly undo?: boolean;
}

/** What happens to a file, in words. */
const WAYS: Readonly<Record<ShareWay, string>> = {
  there: "is there",
  link: "link",
  replace: "duplicate, link",
  clone: "clone",
  copy: "copy",
};

const AFTER_INTERRUPTION = "Retry the command to continue, or run it with --undo to go back.";

/** Adds `mlx-layout share` and `mlx-layout adopt`. */
export function addShareCommands(program: Command, session: Session): void {
  const share = addOptions(
    program
      .command("share")
      .description("let another tool's store have a model too, on the same data on the disk")
      .argument("<model>", "ORG/NAME")
      .requiredOption("--with <store>", "name of a store, as list shows it, or its directory")
      .option(
        "--from <place>",
        "store or directory of the copy (default: the one that path prints)",
      ),
    "how models lie in the directory that gets it (default: as its store has them)",
  );
  addExamples(share, [
    "share mlx-community/SmolLM-135M-Instruct-4bit --with hub-cache --dry-run",
    "share mlx-community/SmolLM-135M-Instruct-4bit --with lm-studio",
    "share mlx-community/SmolLM-135M-Instruct-4bit --with hub-cache --undo",
  ]);
  share.action((repository: string, options: ShareOptions & { readonly with: string }) =>
    session.run(
      options,
      async (context) => {
        parseRepositoryId(repository);
        const { from, layout, undo } = options;
        const { copyAt, sharePlace } = await import("./share_places.ts");
        const place = await sharePlace(options.with, layout, context);
        const copy = from === undefined || undo === true ? undefined : from;
        const found = copy === undefined ? undefined : await copyAt(repository, copy, context);
        const request = { repository, ...place, ...(found !== undefined && { from: found }) };
        return run(request, options, context);
      },
      { afterInterruption: AFTER_INTERRUPTION },
    ),
  );
  const adopt = addOptions(
    program
      .command("adopt")
      .description("have another tool's copy of a model below the root too, on the same data")
      .argument("<model>", "ORG/NAME")
      .option("--from <place>", "store or directory of the copy (default: wherever list finds it)"),
    `layout to have it in (default: ${DEFAULT_LAYOUT})`,
  );
  addExamples(adopt, [
    "adopt mlx-community/SmolLM-135M-Instruct-4bit --from lm-studio --dry-run",
    "adopt mlx-community/SmolLM-135M-Instruct-4bit --from ~/.cache/huggingface/hub",
    "adopt mlx-community/SmolLM-135M-Instruct-4bit --undo",
  ]);
  adopt.action((repository: string, options: ShareOptions) =>
    session.run(
      options,
      async (context) => {
        parseRepositoryId(repository);
        const { layout = DEFAULT_LAYOUT } = options;
        const { root, env } = context;
        const into = layoutDefinition(layout).rootOf({ root, env });
        const { copyAt } = await import("./share_places.ts");
        const isUndone = options.undo === true;
        const from = isUndone ? undefined : await copyAt(repository, options.from, context);
        return run({ repository, into, layout, ...(from && { from }) }, options, context);
      },
      { afterInterruption: AFTER_INTERRUPTION },
    ),
  );
}

function addOptions(command: Command, layoutText: string): Command {
  return command
    .addOption(new Option("--layout <layout>", layoutText).choices(layoutNames()))
    .option("--copy", "copy weights where the volume cannot share them")
    .option("--root <directory>", "directory of the models")
    .option("--dry-run", "only print what would be done, and the room that it takes and frees")
    .addOption(
      new Option("--undo", "take back what an earlier share of this model made").conflicts([
        "dryRun",
        "copy",
      ]),
    )
    .option("--json", "print JSON");
}

async function run(
  request: Omit<ShareRequest, "step">,
  options: ShareOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { manager, stdout, wait } = context;
  const json = options.json === true;
  const asked = { ...request, ...(options.copy === true && { mayCopy: true }) };
  const step = options.undo === true ? "undo" : options.dryRun === true ? "plan" : "share";
  if (step === "undo") {
    const undone = await manager.share({ ...asked, step }, wait);
    if (json) printJson(stdout, "share", undone);
    else stdout.write(undoneText(undone));
    return EXIT_CODES.done;
  }
  // The plan is shown first, also when it is carried out: these are the user's models.
  const plan = await manager.share({ ...asked, step: "plan" }, wait);
  if (!json) stdout.write(planText(plan));
  if (step === "plan") {
    if (json) printJson(stdout, "share", plan);
    return EXIT_CODES.done;
  }
  const result = await withProgress(context, options, (waiting) =>
    manager.share({ ...asked, step }, waiting),
  );
  if (json) printJson(stdout, "share", result);
  else stdout.write(doneText(result, request.repository));
  return EXIT_CODES.done;
}

function planText(plan: ShareResult): string {
  const lines = plan.files.map(
    ({ path, sizeBytes, way }) => `  ${printable(path)} (${WAYS[way]}, ${formatBytes(sizeBytes)})`,
  );
  return [
    `From ${printable(plan.from)}`,
    `in   ${printable(plan.to)} too`,
    ...lines,
    `${formatBytes(plan.bytesTaken)} of room is taken, and ${formatBytes(plan.bytesFreed)} come free`,
    "",
  ].join("\n");
}

function doneText(result: ShareResult, repository: string): string {
  const { to, leftBehind, isRecorded = true } = result;
  const refs = leftBehind.map((path) => `${printable(path)} names another commit, and stays\n`);
  const done = `Shared: ${printable(to)}. The same command with --undo takes it back\n${refs.join("")}`;
  if (isRecorded) return done;
  return `${done}Nothing says what its bytes must be: "mlx-layout download ${repository}" compares them with the hub's\n`;
}

function undoneText({ to, files, leftBehind }: ShareResult): string {
  const stays = leftBehind.map((path) => `  ${printable(path)}\n`).join("");
  const rest =
    stays === "" ? "" : `These stay, as they were there before or are another's now:\n${stays}`;
  return `Undone: ${files.length} ${files.length === 1 ? "file is" : "files are"} gone from ${printable(to)}\n${rest}`;
}
