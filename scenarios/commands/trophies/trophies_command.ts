/**
 * `mlx-conform trophies`: what the kept replays show of clients, as a page and as drafts of issues.
 *
 * @module
 */

import type { Command } from "commander";
import { onlyOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";

/** What `mlx-conform trophies` is asked to do. */
export interface TrophiesOptions {
  /** Directory of the page, the drafts and what was played. */
  readonly into: string;
  readonly replays: string;
  readonly adapters: string;
  /** Whether each replay is played against the newest version of its client. */
  readonly play: boolean;
  /** The clients whose replays are played. @default {all} */
  readonly only?: readonly string[];
}

/** Adds the command. */
export function addTrophiesCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("trophies")
    .description(
      "Write a page of the defects that the kept replays show, and drafts of issues about them.",
    )
    .option("--into <directory>", "where page and drafts are written", "harness/subjects/trophies")
    .option("--replays <directory>", "the kept replays", "harness/subjects/replays")
    .option(
      "--adapters <directory>",
      "the lists of known deviations, which name the threads",
      "harness/subjects/adapters",
    )
    .option("--play", "first play each replay against the newest version of its client", false)
    .addOption(onlyOption("with --play, a client as judge names it"))
    .action(async (options: TrophiesOptions) => {
      const { writeTrophies } = await import("./trophies.ts");
      context.finish(await writeTrophies(options, context));
    });
  addCommandHelp(command, {
    examples: ["trophies", "trophies --play --only python-hub"],
    notes: ["What was played is kept in played.json beside the page. Nothing is sent to anybody."],
    exitCodes: ["conformant", "usage", "harness failed"],
  });
}
