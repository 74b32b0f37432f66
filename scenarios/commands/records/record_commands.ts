/**
 * `mlx-conform merge`, `report` and `deviations`: the commands that work on records of runs.
 *
 * @module
 */

import type { Command } from "commander";
import { addCommandHelp, ALL_EXIT_CODES } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { parseFrozenSet } from "../sets/frozen_sets.ts";
import { REPORTS, type ReportOptions } from "./report_formats.ts";

/** Adds `merge`. */
export function addMergeCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("merge")
    .description("Merge the records of all shards of a run.")
    .argument("<files...>", "report.jsonl of each shard")
    .requiredOption("-o, --output <file>", "where the record of the whole run goes")
    .action(async (files: string[], { output }: { readonly output: string }) => {
      const { mergeShards } = await import("./merge.ts");
      context.finish(await mergeShards(files, output, context));
    });
  addCommandHelp(command, {
    examples: ["merge shard1.jsonl shard2.jsonl --output run.jsonl"],
    notes: [
      "The exit code is that of the whole run; 5 when the shards do not belong together, or one is missing or incomplete.",
    ],
    exitCodes: ALL_EXIT_CODES,
  });
}

/** Adds `report`. */
export function addReportCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("report")
    .description("Show the verdicts of records of runs, and make reports from them.")
    .argument("<files...>", "report.jsonl of each run; each becomes a column")
    .option("--title <text>", "title of the page, or label of the badge")
    .option(
      "--set <set>",
      "the frozen set of the grades, or a file of one (default: that of the record, else the newest)",
      parseFrozenSet,
    );
  for (const [name, description] of Object.entries(REPORTS))
    command.option(`--${name} <file>`, description);
  command.action(async (files: string[], options: ReportOptions) => {
    const { writeReports } = await import("./report.ts");
    context.finish(await writeReports(files, options, context));
  });
  addCommandHelp(command, {
    examples: ["report run.jsonl", "report run.jsonl --html page.html --junit junit.xml"],
    notes: [
      "Without a report to make, the exit code is that of the run; of several records, that of the worst verdict.",
      "With one, the exit code is 0 once the reports are written: the verdict is in the output.",
    ],
    exitCodes: ALL_EXIT_CODES,
  });
}

/** Adds `deviations` and the command below it. */
export function addDeviationsCommand(program: Command, context: ConformContext): void {
  const group = program.command("deviations").description("Maintain a list of known deviations.");
  addCommandHelp(group, {
    examples: ["deviations update run.jsonl --deviations my_client.deviations.json"],
    exitCodes: ["conformant", "usage", "harness failed", "incomplete"],
  });
  const update = group
    .command("update")
    .description("Rewrite the list from records of full runs; reasons and issues are kept.")
    .argument("<files...>", "report.jsonl of each run; what only some of them show holds sometimes")
    .requiredOption("--deviations <file>", "the list; it is created when missing")
    .action(async (files: string[], { deviations }: { readonly deviations: string }) => {
      const { updateDeviationsFile } = await import("./deviations.ts");
      context.finish(await updateDeviationsFile(files, deviations, context));
    });
  addCommandHelp(update, {
    examples: ["deviations update run1.jsonl run2.jsonl --deviations my_client.deviations.json"],
    notes: [
      "Nothing is written when a run was partial or of another subject: the exit code is 5 then.",
    ],
    exitCodes: ["conformant", "usage", "harness failed", "incomplete"],
  });
}
