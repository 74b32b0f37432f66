/**
 * `mlx-conform fuzz`: changed inputs for every reader of the reference and of the suite, for some time.
 *
 * @module
 */

import type { Command } from "commander";
import { seedOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { choicesParser, freshSeed, parseMinutes, parsePositiveInteger } from "../option_parsers.ts";
import { FUZZ_TARGET_NAMES, type FuzzTargetName } from "./fuzz_target_names.ts";

interface FuzzCommandOptions {
  readonly target?: readonly FuzzTargetName[];
  readonly seed: number;
  readonly minutes: number;
  readonly inputs?: number;
  readonly guided: boolean;
}

/** How long a run of the fuzzer takes that does not say. */
const MINUTES = 10;

/** Adds the command. */
export function addFuzzCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("fuzz")
    .description("Read changed inputs of every format for some minutes.")
    .option("--minutes <count>", "how long, in minutes", parseMinutes, MINUTES)
    .option(
      "--target <name>",
      `one of ${FUZZ_TARGET_NAMES.join(", ")}; may be repeated (default: all)`,
      choicesParser(FUZZ_TARGET_NAMES),
    )
    .option(
      "--inputs <count>",
      "most inputs of each target (default: as many as fit)",
      parsePositiveInteger,
    )
    .option("--guided", "inputs that reach a branch for the first time become seeds too", false)
    .addOption(seedOption(context.random).default(freshSeed(context.random), "a fresh one"))
    .action(async ({ target, seed, minutes, inputs, guided }: FuzzCommandOptions) => {
      const { fuzz } = await import("./fuzz.ts");
      const options = {
        targets: target ?? FUZZ_TARGET_NAMES,
        seed,
        minutes,
        inputs,
        isGuided: guided,
      };
      context.writeErr(`seed ${seed}\n`);
      context.finish(await fuzz(options, context));
    });
  addCommandHelp(command, {
    examples: ["fuzz --minutes 60", "fuzz --guided --minutes 1 --target listing --seed 7"],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed"],
  });
}
