/**
 * `mlx-conform mutate`: how many small mistakes in the reference the scenarios notice.
 *
 * @module
 */

import type { Command } from "commander";
import { EXIT_CODES } from "../../../harness/suite/exit_codes.ts";
import { jobsOption, seedOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { collectText, parsePositiveInteger } from "../option_parsers.ts";
import type { MutateOptions } from "./mutate.ts";

const SAMPLE = 100;
const RUNS = 30;
const DISK_RUNS = 5;
const SECONDS = 60;

/** Adds the command. */
export function addMutateCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("mutate")
    .description("Test the suite: how many small mistakes in the reference the scenarios notice.")
    .option("--only <path>", "a folder or a file of src; may be repeated", collectText)
    .option("--sample <count>", "mutants, drawn by the seed", parsePositiveInteger, SAMPLE)
    .addOption(seedOption(context.random))
    .option("--runs <count>", "cases of each scenario in memory", parsePositiveInteger, RUNS)
    .option("--disk-runs <count>", "cases of each on disk", parsePositiveInteger, DISK_RUNS)
    .option("--seconds <count>", "for the scenarios on one mutant", parsePositiveInteger, SECONDS)
    .option("--equivalent", "judge those too that the list of equivalent mutants has")
    .option("--by <scenario>", "judge by these alone; may be repeated", collectText)
    .option("--again <file>", "judge those of an earlier report that no scenario noticed")
    .option("--no-unit", "leave out the unit tests")
    .option("--report <file>", "where each mutant and its end is written, as JSON lines")
    .option("--into <file>", "a Markdown file whose table of mutants is replaced")
    .option("--keep", "keep what noticed the mutants of each file, to be asked first")
    .addOption(jobsOption(context.jobs))
    .action(async (options: MutateOptions) => {
      if (!import.meta.url.endsWith(".ts")) {
        context.writeErr(
          "mlx-conform: Cannot mutate without the source: run it in a clone of the repository\n",
        );
        context.finish(EXIT_CODES.usage);
        return;
      }
      const { mutate } = await import("./mutate.ts");
      context.finish(await mutate(options, context));
    });
  addCommandHelp(command, {
    examples: [
      "mutate --only download --sample 50",
      "mutate --sample 600 --report mutants.jsonl",
      "mutate --again mutants.jsonl",
    ],
    exitCodes: ["conformant", "usage", "harness failed"],
  });
}
