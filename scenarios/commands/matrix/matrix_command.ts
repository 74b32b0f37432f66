/**
 * `mlx-conform matrix`: tests every installed client, and writes the tables of a Markdown file.
 *
 * @module
 */

import { join } from "node:path";
import { Argument, type Command } from "commander";
import { KNOWN_SUBJECTS } from "../../../harness/subjects/known_subjects.ts";
import { seedOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { choicesParser, collectText, parsePositiveInteger } from "../option_parsers.ts";
import { DELEGATED_PROGRAMS, REFERENCE_PROGRAMS } from "../own_programs.ts";
import type { MatrixOptions } from "./matrix.ts";

/** Cases of a scenario that shows a known defect, in memory. */
const DEFECT_RUNS = 500;

/** Adds the command. */
export function addMatrixCommand(program: Command, context: ConformContext): void {
  const names = [
    ...Object.keys({ ...REFERENCE_PROGRAMS, ...DELEGATED_PROGRAMS }),
    ...KNOWN_SUBJECTS.map(({ name }) => name),
  ];
  const command = program
    .command("matrix")
    .description("Test the installed clients, and write what came of it.")
    .addArgument(
      new Argument(
        "[names...]",
        "of subjects (default: the reference's two and every installed one)",
      ).argParser(choicesParser(names)),
    )
    .option(
      "--records <directory>",
      "where the records of the runs are",
      join(".mlx-conform", "matrix"),
    )
    .addOption(seedOption(context.random))
    .option(
      "--defect-runs <count>",
      "cases of each scenario that shows a known defect, as --runs of a run",
      parsePositiveInteger,
      DEFECT_RUNS,
    )
    .option(
      "--only <scenario>",
      "run only this again, beside the records that are there; may be repeated",
      collectText,
    )
    .option(
      "--replays <directory>",
      "the kept replays of known defects; those of clients without a record stay",
      join("harness", "subjects", "replays"),
    )
    .option("--into <file>", "a Markdown file whose tables are replaced")
    .option("--no-run", "make the tables from the records that are there")
    .action(async (wanted: readonly string[], options: Omit<MatrixOptions, "names">) => {
      const { makeMatrix } = await import("./matrix.ts");
      context.finish(await makeMatrix({ ...options, names: wanted }, context));
    });
  addCommandHelp(command, {
    examples: ["matrix --into harness/subjects/README.md", "matrix hub-js frost --seed 2"],
    exitCodes: ["conformant", "usage", "harness failed"],
  });
}
