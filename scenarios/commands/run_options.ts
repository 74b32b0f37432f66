/**
 * The options of `mlx-conform run`.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import {
  type RunsByWorld,
  type Shard,
  subjectText,
  WORLD_KINDS,
  type WorldKind,
} from "../../harness/mod.ts";
import { REPLAYS_DIRECTORY } from "./replay_files.ts";

/** Cases of each scenario in memory, when the command does not say. */
const RUNS = 30;
/** The seed of a run that names none: the same version gives the same verdict. */
const SEED = 1;

/** What `mlx-conform run` is asked to do. */
export interface RunOptions {
  readonly worlds: readonly WorldKind[];
  readonly seed: number;
  readonly runs: RunsByWorld;
  /** Command line of the program to judge; none: the reference within this process. */
  readonly subject: string | undefined;
  readonly only: readonly string[];
  readonly path: string | undefined;
  /** Directory for the replay files of failures. */
  readonly replays: string;
  /** File for the record of the run. */
  readonly report: string | undefined;
  /** File with the known deviations of the subject. */
  readonly deviations: string | undefined;
  readonly shard: Shard | undefined;
  readonly jobs: number;
  /** Whether requirements that nothing judged are shown too. */
  readonly all: boolean;
}

/** Adds the options of a run to its command. */
export function addRunOptions(
  command: Command,
  options: { readonly random: () => number; readonly jobs: number },
): void {
  const { random, jobs } = options;
  command
    .option(
      "--world <world>",
      `memory, disk or process; may be repeated (default: the first two)`,
      collectWorld,
    )
    .option(
      "--subject <command>",
      "judge a program that speaks the subject protocol, in world process",
    )
    .option("--once", "the program is run anew for each line, as a shell script is", false)
    .option("--seed <seed>", `a whole number, or "random"`, (text) => parseSeed(text, random), SEED)
    .option(
      "--runs <count>",
      "cases of each scenario in memory; a fifth of them on disk, a twenty-fifth in processes",
      parseCount,
      RUNS,
    )
    .option("--only <name>", "a requirement or a scenario; may be repeated", collect)
    .option("--path <path>", "one case of a scenario, as a failure prints it")
    .option("--replays <directory>", "where failures are written", REPLAYS_DIRECTORY)
    .option("--report <file>", "write the record of the run, a line for each result")
    .option(
      "--deviations <file>",
      "known deviations of the subject (default: the file beside its adapter)",
    )
    .option("--shard <i/n>", "run the i-th of n parts of the suite", parseShard)
    .option("--jobs <count>", "processes at a time", parseCount, jobs)
    .option("--all", "show also the requirements that nothing judges yet", false);
}

/** What the command line of a run asks for. */
export function readRunOptions(command: Command): RunOptions {
  const given = command.opts<{
    world?: WorldKind[];
    seed: number;
    runs: number;
    only?: string[];
    path?: string;
    replays: string;
    report?: string;
    deviations?: string;
    shard?: Shard;
    subject?: string;
    once: boolean;
    jobs: number;
    all: boolean;
  }>();
  return {
    worlds: given.world ?? (given.subject === undefined ? WORLD_KINDS : ["process"]),
    seed: given.seed,
    runs: {
      memory: given.runs,
      disk: Math.ceil(given.runs / 5),
      process: Math.ceil(given.runs / 25),
    },
    subject: subjectText(given),
    only: given.only ?? [],
    path: given.path,
    replays: given.replays,
    report: given.report,
    deviations: given.deviations,
    shard: given.shard,
    jobs: given.jobs,
    all: given.all,
  };
}

function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

/** Reads a kind of world, and puts it to those before. */
export function collectWorld(text: string, before: WorldKind[] = []): WorldKind[] {
  const kinds = [...WORLD_KINDS, "process"] as const;
  const world = kinds.find((kind) => kind === text);
  if (world === undefined) throw new InvalidArgumentError(`It must be one of ${kinds.join(", ")}.`);
  return before.includes(world) ? before : [...before, world];
}

/** Reads a number of something. */
export function parseCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1 on.");
}

/** Reads which part of a run is asked for, such as `1/4`. */
export function parseShard(text: string): Shard {
  const [, index = "", count = ""] = /^([1-9]\d{0,3})\/([1-9]\d{0,3})$/.exec(text) ?? [];
  if (index === "" || Number(index) > Number(count))
    throw new InvalidArgumentError("It must be a part and a number of parts, such as 1/4.");
  return { index: Number(index), count: Number(count) };
}

/** Reads a seed. */
export function parseSeed(text: string, random: () => number): number {
  if (text === "random") return Math.floor(random() * 2 ** 31);
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number, or "random".`);
}
