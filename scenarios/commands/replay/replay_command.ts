/**
 * `mlx-conform replay`: runs the one case of a replay file, without the generator that found it.
 *
 * @module
 */

import type { Command } from "commander";
import { subjectText } from "../../../harness/subjects/subject_text.ts";
import { WORLD_KINDS } from "../../../harness/worlds/world.ts";
import { onceOption, PROGRAM_TRIES } from "../command_defaults.ts";
import { addCommandHelp, ALL_EXIT_CODES } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { choiceParser, parsePositiveInteger } from "../option_parsers.ts";
import type { ReplayOptions } from "./replay.ts";

const WORLDS = [...WORLD_KINDS, "process"] as const;

/** Adds the command. */
export function addReplayCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("replay")
    .description("Run the one case of a replay file again.")
    .argument("<file>", "a replay file that a failure wrote")
    .option(
      "--world <world>",
      `${WORLDS.join(", ")} (default: where it failed)`,
      choiceParser(WORLDS),
    )
    .option("--subject <command>", "play it against this program, in world process")
    .addOption(onceOption())
    .option(
      "--tries <count>",
      `how often it is played until it fails again (default: ${PROGRAM_TRIES} in world process, 1 elsewhere)`,
      parsePositiveInteger,
    )
    .option(
      "--trace",
      "show what happened by time: hub beside disk; of a program hub, protocol and, by strace, changes of files",
      false,
    )
    .option("--miniature <name>", "play it against this miniature instead of the reference")
    .action(async (file: string, options: ReplayOptions & { readonly once?: boolean }) => {
      const { playReplayFile } = await import("./replay.ts");
      const subject = subjectText(options);
      context.finish(await playReplayFile(file, { ...options, subject }, context));
    });
  addCommandHelp(command, {
    examples: [
      "replay .mlx-conform/replays/DL-RESUME-1b7efc1b.json --trace",
      "replay FILE --subject hub-js --tries 10",
    ],
    notes: ["A case that holds, or that does not reproduce its failure, ends with 0."],
    exitCodes: ALL_EXIT_CODES,
  });
}
