/**
 * `mlx-conform run`: tests a subject and says which requirements it keeps.
 *
 * @module
 */

import type { Command } from "commander";
import { WORLD_KINDS } from "../../../harness/worlds/world.ts";
import {
  LAST_RESULTS_DIRECTORY,
  onceOption,
  onlyOption,
  replaysOption,
  seedOption,
} from "../command_defaults.ts";
import { addCommandHelp, ALL_EXIT_CODES } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { choicesParser, parsePositiveInteger, parseShard } from "../option_parsers.ts";
import { parseSet } from "../sets/frozen_sets.ts";
import { type GivenToRun, jobsOf, RUNS, runOptions } from "./run_options.ts";

const JOBS_TEXT = "processes at a time (default: one for each core, for a program two)";

/** Adds the command, which is also the one that runs when none is named. */
export function addRunCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("run")
    .description("Test a subject, requirement by requirement (the default command).")
    .option(
      "--world <world>",
      "memory, disk or process; may be repeated (default: memory and disk)",
      choicesParser([...WORLD_KINDS, "process"]),
    )
    .option(
      "--subject <command>",
      "test a program that speaks the subject protocol, in world process (default: the reference)",
    )
    .addOption(onceOption())
    .addOption(seedOption(context.random))
    .option(
      "--runs <count>",
      "cases of each scenario in memory; a fifth of them on disk, a twenty-fifth in processes",
      parsePositiveInteger,
      RUNS,
    )
    .addOption(onlyOption("a requirement or a scenario"))
    .option("--path <path>", "one case of a scenario, as a failure prints it")
    .addOption(replaysOption())
    .option("--no-examples", "do not play first what broke before")
    .option("--report <file>", "write the record of the run, a line for each result")
    .option(
      "--deviations <file>",
      "known deviations of the subject (default: the file beside its adapter)",
    )
    .option(
      "--set <set>",
      "the frozen set that the verdict is by, a file of one, or none (default: the newest for a program, none for the reference)",
      parseSet,
    )
    .option("--shard <i/n>", "run the i-th of n parts of the suite", parseShard)
    .option("--jobs <count>", JOBS_TEXT, parsePositiveInteger)
    .option("--all", "show also the requirements that nothing judges yet", false)
    .option("--bail", "stop at the first broken MUST that is not a known deviation", false)
    .option(
      "--last-failed",
      "run only the scenarios that failed or gave no verdict when they last ran here; all where there are none",
      false,
    )
    .action(async (given: GivenToRun) => {
      const { runSubject } = await import("./run_subject.ts");
      const options = runOptions({ ...given, jobs: jobsOf(given, context.jobs) });
      context.finish(await runSubject(options, context));
    });
  addCommandHelp(command, {
    examples: [
      "",
      "run --subject hub-js --report run.jsonl",
      'run --subject "python my_adapter.py" --only DL-INTEGRITY --runs 100',
      "run --once --subject ./my_adapter.sh --bail",
      "run --subject ./my_adapter --last-failed",
    ],
    notes: [
      "A run of a part (--only, --last-failed, --shard) is conformant in part at best.",
      `The last result of each scenario is kept in ${LAST_RESULTS_DIRECTORY}, for --last-failed and for the time left.`,
      "Cases that broke something before, in the directory of --replays or in the corpus, are played before any is drawn: three of a scenario at most.",
      "A SHOULD that does not hold is reported as not held, and changes neither the verdict nor the exit code.",
      "Ctrl-C prints what was shown until then; the record stays, and counts as incomplete.",
    ],
    exitCodes: [...ALL_EXIT_CODES, "interrupted"],
  });
}
