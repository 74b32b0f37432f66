/**
 * `mlx-conform miniatures`: tests the suite itself.
 *
 * @module
 */

import type { Command } from "commander";
import { jobsOption, onlyOption, seedOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { parsePositiveInteger } from "../option_parsers.ts";
import type { MiniaturesOptions } from "./miniatures.ts";

/** Cases of a scenario that judges what a miniature breaks. */
const FOCUSED_RUNS = 60;
/** Cases of every other scenario. */
const OTHER_RUNS = 2;

/** Adds the command. */
export function addMiniaturesCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("miniatures")
    .description("Test the suite: run every scenario, in memory, on each miniature.")
    .addOption(onlyOption("a miniature or a requirement"))
    .addOption(seedOption(context.random))
    .option(
      "--focused-runs <count>",
      "cases where it must be caught",
      parsePositiveInteger,
      FOCUSED_RUNS,
    )
    .option("--runs <count>", "cases where it must not be caught", parsePositiveInteger, OTHER_RUNS)
    .addOption(jobsOption(context.jobs))
    .action(async (options: MiniaturesOptions) => {
      const { checkMiniatures } = await import("./miniatures.ts");
      context.finish(await checkMiniatures(options, context));
    });
  addCommandHelp(command, {
    examples: ["miniatures --only DL-INTEGRITY", "miniatures --only keeps_strays --runs 10"],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed"],
  });
}
