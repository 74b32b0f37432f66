/**
 * `mlx-conform replay`: runs the one case of a replay file, without the generator that found it.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import type { Subject } from "../../spec/mod.ts";
import {
  EXIT_CODES,
  failureStory,
  type Miniature,
  miniatures,
  playReplay,
  redactSecrets,
  type Replay,
  type ReplayOutcome,
  type ReplayPlay,
  replayTries,
  type ReplayTries,
  subjectText,
  traceTable,
  WORLD_KINDS,
  type WorldKind,
} from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";
import type { ConformContext } from "./conform_context.ts";
import { environmentSecrets } from "./environment_secrets.ts";
import { playProgram, PROGRAM_TRIES } from "./play_program.ts";
import { readReplay } from "./replay_files.ts";
import { parseCount } from "./run_options.ts";
import { resolveSubject } from "./resolve_subject.ts";

const EXIT_CODE_OF: Readonly<Record<ReplayOutcome["outcome"], number>> = {
  holds: EXIT_CODES.conformant,
  breaks: EXIT_CODES["not conformant"],
  "subject failed": EXIT_CODES["subject failed to start"],
  "harness failed": EXIT_CODES["harness failed"],
  "proves nothing": EXIT_CODES.incomplete,
};

const KINDS: readonly WorldKind[] = [...WORLD_KINDS, "process"];

/** Adds the command. */
export function addReplayCommand(program: Command, context: ConformContext): void {
  program
    .command("replay")
    .description("Run the one case of a replay file again.")
    .argument("<file>", "a file that a failure wrote")
    .option("--world <world>", `${KINDS.join(", ")} (default: where it failed)`, parseWorld)
    .option("--subject <command>", "play it against this program, in world process")
    .option("--once", "the program is run anew for each line", false)
    .option(
      "--tries <count>",
      `how often it is played until it fails again (default: ${PROGRAM_TRIES} in world process, 1 elsewhere)`,
      parseCount,
    )
    .option("--trace", "show what happened: hub traffic beside disk operations or protocol", false)
    .option("--miniature <name>", "judge this liar in place of the reference", findMiniature)
    .addHelpText(
      "after",
      "\nExit codes: 0 it holds now or is not shown again, 1 it breaks, 2 wrong usage, 3 the subject failed, 4 the harness failed, 5 it proves nothing.",
    )
    .action(async (file: string, options: ReplayCommandOptions) => {
      context.finish(
        await replayFile(file, { ...options, subject: subjectText(options), context }),
      );
    });
}

interface ReplayCommandOptions {
  readonly world?: WorldKind;
  readonly subject?: string | undefined;
  readonly once?: boolean;
  readonly tries?: number;
  readonly trace: boolean;
  readonly miniature?: Miniature;
}

/** Who was judged, and what came of it; or why nobody was. */
type Played =
  | { readonly subject: Pick<Subject, "name" | "version">; readonly tries: ReplayTries<ReplayPlay> }
  | { readonly fault: string };

async function replayFile(
  file: string,
  options: ReplayCommandOptions & { readonly context: ConformContext },
): Promise<number> {
  const { context, subject: command } = options;
  const print = (text: string) =>
    context.writeOut(`${redactSecrets(text, environmentSecrets())}\n`);
  const replay = await readReplay(file);
  const world = options.world ?? (command === undefined ? replay.world : "process");
  const played = await play(replay, { ...options, world });
  if ("fault" in played) {
    context.writeErr(`mlx-conform: ${played.fault}\n`);
    return EXIT_CODES["subject failed to start"];
  }
  const { subject, tries } = played;
  const { outcome, events } = tries.play;
  const { result } = outcome;
  const about = replay.requirement ?? replay.status;
  print(
    `${subject.name} ${subject.version}, ${result.scenario} in ${result.world}: ${about}, written by suite ${replay.suite} about ${replay.subject.name} ${replay.subject.version}`,
  );
  for (const line of replay.story) print(`  ${line}`);
  if (options.trace) print(`\n${traceTable(events).join("\n")}`);
  const story = failureStory(result, { replayFile: file, subject: command });
  if (story !== undefined) print(`\n${story}`);
  print(`\n${conclusion(tries)}`);
  return EXIT_CODE_OF[outcome.outcome];
}

async function play(
  replay: Replay,
  options: ReplayCommandOptions & {
    readonly world: WorldKind;
    readonly context: ConformContext;
  },
): Promise<Played> {
  const { world, subject: command, miniature, context } = options;
  if (world !== "process") {
    if (command !== undefined)
      throw new RangeError('Cannot judge a program in another world than "process"');
    const subject = miniature?.wrap(reference) ?? reference;
    const playOnce = () => playReplay({ replay, world }, { scenarios, subject });
    return { subject, tries: await replayTries(playOnce, { triesMax: options.tries ?? 1 }) };
  }
  if (miniature !== undefined)
    throw new RangeError(
      `Cannot judge ${miniature.name} in world "process": it is no program, choose another world`,
    );
  const accused = await resolveSubject({ subject: command, worlds: [world] });
  if ("fault" in accused) return accused;
  const { worker } = context;
  const tries = await playProgram(replay, { accused, worker, triesMax: options.tries });
  return { subject: accused, tries };
}

function conclusion({ play: { outcome }, count }: ReplayTries<ReplayPlay>): string {
  const tries = count === 1 ? "1 try" : `${count} tries`;
  const { world } = outcome.result;
  switch (outcome.outcome) {
    case "holds":
      return world === "process"
        ? `not shown again in ${tries}: it is mended, or a matter of timing`
        : "holds: it is not broken any more";
    case "proves nothing":
      return `proves nothing: the case does not come to what it was about${count === 1 ? "" : `, in ${tries}`}`;
    case "breaks":
    case "subject failed":
    case "harness failed":
      return outcome.isSameFailure
        ? `${outcome.outcome}: the same failure as in the file${count === 1 ? "" : `, in try ${count}`}`
        : `${outcome.outcome}: another failure than in the file${count === 1 ? "" : `, which was not shown again in ${tries}`}`;
  }
}

function findMiniature(text: string): Miniature {
  const miniature = miniatures.find(({ name }) => name === text);
  if (miniature === undefined) throw new InvalidArgumentError("There is no such miniature.");
  return miniature;
}

function parseWorld(text: string): WorldKind {
  const world = KINDS.find((kind) => kind === text);
  if (world === undefined) throw new InvalidArgumentError(`It must be one of ${KINDS.join(", ")}.`);
  return world;
}
