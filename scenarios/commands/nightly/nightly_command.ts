/**
 * `mlx-conform nightly` and `mlx-conform nightly real-model`: everything that a machine can prove of this repository.
 *
 * @module
 */

import type { Command } from "commander";
import { NIGHTLY_DIRECTORY, SEED } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { parseInteger, parseMinutes } from "../option_parsers.ts";
import type { NightlyCommandOptions } from "./nightly.ts";
import type { RealModelOptions } from "./real_model.ts";

/** Time of the soak, in minutes. */
const MINUTES = 20;

/** Adds the command and the one below it. */
export function addNightlyCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("nightly")
    .description(
      "In a clone: run everything that this machine can prove, one step after the other.",
    )
    .option("--without-hardware", "leave out what needs MLX on Metal", false)
    .option("--paravirtual", "on a Mac in a virtual machine: leave out the real model", false)
    .option("--only-hardware", "run only what needs MLX on Metal", false)
    .option("--seed <number>", "seed of the runs, or the number of a CI run", parseInteger, SEED)
    .option("--minutes <count>", "time of the soak, in minutes", parseMinutes, MINUTES)
    .option("--out <directory>", "where records and replay files go", NIGHTLY_DIRECTORY)
    .option("--dry-run", "list the steps and run none", false)
    .action(async (options: NightlyCommandOptions) => {
      const { runNightly } = await import("./nightly.ts");
      context.finish(await runNightly(options, context));
    });
  addCommandHelp(command, {
    examples: ["nightly --dry-run", "nightly --without-hardware --minutes 5"],
    notes: ["A night without the hardware ends with 5, unless it was left out by the option."],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed", "incomplete"],
  });
  const realModel = command
    .command("real-model")
    .description(
      "Run a small real model of the real hub, and compare its answer with a recorded one.",
    )
    .option("--out <directory>", "where the model and the answer go", NIGHTLY_DIRECTORY)
    .option("--record", "record the answer of the reference runner instead", false)
    .action(async (options: RealModelOptions) => {
      const { checkRealModel } = await import("./real_model.ts");
      context.finish(await checkRealModel(options, context));
    });
  addCommandHelp(realModel, {
    examples: ["nightly real-model", "nightly real-model --record"],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed"],
  });
}
