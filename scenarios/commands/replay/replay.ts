/**
 * The work of `mlx-conform replay`: runs the one case of a replay file, without the generator that found it.
 *
 * @module
 */

import type { Subject } from "../../../spec/mod.ts";
import {
  EXIT_CODES,
  type Miniature,
  type Replay,
  type ReplayOutcome,
  type ReplayPlay,
  type ReplayTries,
  miniatures,
  playReplay,
  redactSecrets,
  replayTries,
  traceTable,
} from "../../../harness/internal.ts";
import { type WorldKind, failureStory } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import type { ConformContext } from "../conform_context.ts";
import { environmentSecrets } from "../environment_secrets.ts";
import { didYouMean } from "../did_you_mean.ts";
import { playProgram } from "./play_program.ts";
import { readReplay } from "./replay_files.ts";
import { resolveSubject } from "../resolve_subject.ts";

const EXIT_CODE_OF: Readonly<Record<ReplayOutcome["outcome"], number>> = {
  holds: EXIT_CODES.conformant,
  breaks: EXIT_CODES["not conformant"],
  "subject failed": EXIT_CODES["subject failed to start"],
  "harness failed": EXIT_CODES["harness failed"],
  "proves nothing": EXIT_CODES.incomplete,
};

/** How a replay is played. */
export interface ReplayOptions {
  /** @default {the world in which it failed} */
  readonly world?: WorldKind;
  /** The program to play it against. */
  readonly subject?: string | undefined;
  readonly tries?: number;
  readonly trace: boolean;
  /** Name of the miniature that takes the place of the reference. */
  readonly miniature?: string;
}

/** The subject and what the replay showed; or why the subject did not start. */
type Played =
  | { readonly subject: Pick<Subject, "name" | "version">; readonly tries: ReplayTries<ReplayPlay> }
  | { readonly fault: string };

/**
 * Plays the one case of a replay file, and prints what it showed.
 *
 * @returns the exit code
 * @throws {RangeError} when the file cannot be read, or the options do not go together
 */
export async function playReplayFile(
  file: string,
  options: ReplayOptions,
  context: ConformContext,
): Promise<number> {
  const { subject: command } = options;
  const print = (text: string) =>
    context.writeOut(`${redactSecrets(text, environmentSecrets())}\n`);
  const replay = await readReplay(file);
  assertSubjectNamed(file, replay, options);
  const world = options.world ?? (command === undefined ? replay.world : "process");
  const played = await play(replay, { ...options, world, context });
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
  const story = failureStory(result, {
    replayFile: file,
    subject: command,
    replayOptions: chosenWords(options),
  });
  if (story !== undefined) print(`\n${story}`);
  print(`\n${conclusion(tries)}`);
  return EXIT_CODE_OF[outcome.outcome];
}

/** The options without which the same command would play something else. */
function chosenWords({ world, miniature }: ReplayOptions): string[] {
  return [
    ...(world === undefined ? [] : ["--world", world]),
    ...(miniature === undefined ? [] : ["--miniature", miniature]),
  ];
}

/** A failure of another program, played against the reference, would look as if it were fixed. */
function assertSubjectNamed(file: string, { subject, world }: Replay, options: ReplayOptions) {
  const { subject: command, world: chosen, miniature } = options;
  const isNamed = [command, chosen, miniature].some((option) => option !== undefined);
  if (isNamed || world !== "process" || subject.name.startsWith(reference.name)) return;
  throw new RangeError(
    `${file} is about ${subject.name} ${subject.version}: name that program with --subject, or choose a --world to play the case against the reference`,
  );
}

async function play(
  replay: Replay,
  options: ReplayOptions & {
    readonly world: WorldKind;
    readonly context: ConformContext;
  },
): Promise<Played> {
  const { world, subject: command, context, trace: isTraced } = options;
  const miniature = options.miniature === undefined ? undefined : findMiniature(options.miniature);
  if (world !== "process") {
    if (command !== undefined)
      throw new RangeError('A program can be tested in world "process" only');
    const subject = miniature?.wrap(reference) ?? reference;
    const playOnce = () => playReplay({ replay, world, isTraced }, { scenarios, subject });
    return { subject, tries: await replayTries(playOnce, { triesMax: options.tries ?? 1 }) };
  }
  if (miniature !== undefined)
    throw new RangeError(
      `${miniature.name} is a miniature and not a program: choose a world other than "process"`,
    );
  const subject = await resolveSubject({ subject: command, worlds: [world] });
  if ("fault" in subject) return subject;
  const { worker } = context;
  const tries = await playProgram(replay, { subject, worker, triesMax: options.tries, isTraced });
  return { subject, tries };
}

function conclusion({ play: { outcome }, count }: ReplayTries<ReplayPlay>): string {
  const tries = count === 1 ? "1 try" : `${count} tries`;
  const { world } = outcome.result;
  switch (outcome.outcome) {
    case "holds":
      return world === "process"
        ? `not reproduced in ${tries}: it is fixed, or depends on timing`
        : "holds: the failure no longer occurs";
    case "proves nothing":
      return `proves nothing: the case does not reach what it is about${count === 1 ? "" : `, in ${tries}`}`;
    case "breaks":
    case "subject failed":
    case "harness failed":
      return outcome.isSameFailure
        ? `${outcome.outcome}: the same failure as in the file${count === 1 ? "" : `, in try ${count}`}`
        : `${outcome.outcome}: a failure other than the one in the file${count === 1 ? "" : `, which was not reproduced in ${tries}`}`;
  }
}

/** @throws {RangeError} when there is no such miniature */
function findMiniature(name: string): Miniature {
  const miniature = miniatures.find((one) => one.name === name);
  if (miniature !== undefined) return miniature;
  const names = miniatures.map((one) => one.name);
  throw new RangeError(`Unknown miniature "${name}"${didYouMean(name, names)}`);
}
