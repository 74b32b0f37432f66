/**
 * `mlx-conform sets`: lists the frozen sets of requirements, or freezes a new one.
 *
 * @module
 */

import type { Command } from "commander";
import { InvalidArgumentError } from "commander";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";

/** What `mlx-conform sets` is asked to do. */
export interface SetsOptions {
  /** The name of a new set. */
  readonly freeze?: string;
  /** Directory of the new set. */
  readonly into: string;
}

/** Adds the command. */
export function addSetsCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("sets")
    .description("List the frozen sets of requirements, or freeze today's as a new one.")
    .option("--freeze <name>", "the name of a new set: a year and a month", parseSetName)
    .option("--into <directory>", "where the new set is written", "spec/sets")
    .action(async (options: SetsOptions) => {
      const { showSets } = await import("./show_sets.ts");
      context.finish(await showSets(options, context));
    });
  addCommandHelp(command, {
    examples: ["sets", "sets --freeze 2027-06 --into ."],
    notes: ["A set that is there is never written again: what is frozen does not change."],
    exitCodes: ["conformant", "not conformant", "usage"],
  });
}

function parseSetName(text: string): string {
  if (/^\d{4}-(?:0[1-9]|1[0-2])$/.test(text)) return text;
  throw new InvalidArgumentError("Expected a year and a month, such as 2027-06.");
}
