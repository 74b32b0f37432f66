/**
 * `mlx-conform replay`: runs the one case of a replay file, without the generator that found it.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import {
  EXIT_CODES,
  failureStory,
  type Miniature,
  miniatures,
  type ReplayOutcome,
  runReplay,
  traceTable,
  WORLD_KINDS,
  type WorldKind,
  WorldTrace,
} from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference.ts";
import type { ConformContext } from "./conform_context.ts";
import { readReplay } from "./replay_files.ts";

const EXIT_CODE_OF: Readonly<Record<ReplayOutcome["outcome"], number>> = {
  holds: EXIT_CODES.conformant,
  breaks: EXIT_CODES["not conformant"],
  "harness failed": EXIT_CODES["harness failed"],
  "proves nothing": EXIT_CODES.incomplete,
};

/** Adds the command. */
export function addReplayCommand(program: Command, context: ConformContext): void {
  program
    .command("replay")
    .description("Run the one case of a replay file again.")
    .argument("<file>", "a file that a failure wrote")
    .option("--world <world>", `${WORLD_KINDS.join(" or ")} (default: where it failed)`, parseWorld)
    .option("--trace", "show hub traffic and disk operations side by side", false)
    .option("--miniature <name>", "judge this liar in place of the reference", findMiniature)
    .addHelpText(
      "after",
      "\nExit codes: 0 it holds now, 1 it breaks, 2 wrong usage, 4 the harness failed, 5 it proves nothing.",
    )
    .action(async (file: string, options: ReplayCommandOptions) => {
      context.finish(await replayFile(file, { ...options, context }));
    });
}

interface ReplayCommandOptions {
  readonly world?: WorldKind;
  readonly trace: boolean;
  readonly miniature?: Miniature;
}

async function replayFile(
  file: string,
  options: ReplayCommandOptions & { readonly context: ConformContext },
): Promise<number> {
  const { context } = options;
  const print = (text: string) => context.writeOut(`${text}\n`);
  const replay = await readReplay(file);
  const trace = options.trace ? new WorldTrace() : undefined;
  const { world, miniature } = options;
  const subject = miniature?.wrap(reference) ?? reference;
  const { outcome, isSameFailure, result } = await runReplay(replay, {
    scenarios,
    subject,
    world,
    trace,
  });
  const about = replay.requirement ?? replay.status;
  print(
    `${subject.name} ${subject.version}, ${result.scenario} in ${result.world}: ${about}, written by suite ${replay.suite} about ${replay.subject.name} ${replay.subject.version}`,
  );
  for (const line of replay.story) print(`  ${line}`);
  if (trace !== undefined) print(`\n${traceTable(trace.events).join("\n")}`);
  const story = failureStory(result, { replayFile: file });
  if (story !== undefined) print(`\n${story}`);
  print(`\n${conclusion(outcome, isSameFailure)}`);
  return EXIT_CODE_OF[outcome];
}

function conclusion(outcome: ReplayOutcome["outcome"], isSameFailure: boolean): string {
  switch (outcome) {
    case "holds":
      return "holds: it is not broken any more";
    case "proves nothing":
      return "proves nothing: the case does not come to what it was about";
    case "breaks":
    case "harness failed":
      return `${outcome}: ${isSameFailure ? "the same failure as in the file" : "another failure than in the file"}`;
  }
}

function findMiniature(text: string): Miniature {
  const miniature = miniatures.find(({ name }) => name === text);
  if (miniature === undefined) throw new InvalidArgumentError("There is no such miniature.");
  return miniature;
}

function parseWorld(text: string): WorldKind {
  const world = WORLD_KINDS.find((kind) => kind === text);
  if (world === undefined)
    throw new InvalidArgumentError(`It must be one of ${WORLD_KINDS.join(", ")}.`);
  return world;
}
