/**
 * `mlx-conform soak`: fresh cases for some time.
 *
 * @module
 */

import { join } from "node:path";
import type { Command } from "commander";
import { jobsOption, onlyOption, replaysOption, seedOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { freshSeed, parseMinutes } from "../option_parsers.ts";
import type { SoakOptions } from "./soak.ts";

/** How long a soak runs that does not say. */
const MINUTES = 30;
/** Where a guided soak keeps what showed something new. */
const KEPT = join(".mlx-conform", "soak_kept.json");

/** Adds the command. */
export function addSoakCommand(program: Command, context: ConformContext): void {
  const fresh = freshSeed(context.random);
  const command = program
    .command("soak")
    .description("Test the reference by fresh cases for some minutes.")
    .option("--minutes <count>", "how long, in minutes", parseMinutes, MINUTES)
    .addOption(seedOption(context.random).default(fresh, "a fresh one"))
    .addOption(jobsOption(context.jobs))
    .addOption(onlyOption("a scenario"))
    .addOption(replaysOption())
    .option("--guided", "play more often what shows new branches of the code, or new goals")
    .option("--kept <file>", "what a guided soak keeps for the next one", KEPT)
    .action(async (options: SoakOptions) => {
      const { soak } = await import("./soak.ts");
      context.finish(await soak(options, context));
    });
  addCommandHelp(command, {
    examples: [
      "soak --minutes 60 --jobs 2",
      "soak --guided --minutes 30",
      "soak --minutes 5 --only model_based/any_trouble",
    ],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed", "incomplete"],
  });
}
