/**
 * What `mlx-conform run` is asked to do.
 *
 * @module
 */

import { type RunsByWorld, WORLD_KINDS, type WorldKind } from "../../../harness/worlds/world.ts";
import { subjectText } from "../../../harness/subjects/subject_text.ts";
import type { RequirementSet } from "../../../spec/sets/mod.ts";
import { PROGRAM_JOBS_FACTOR } from "../command_defaults.ts";
import { newestSet } from "../sets/frozen_sets.ts";
import type { Shard } from "../../../harness/suite/run_suite.ts";

/** What `mlx-conform run` is asked to do. */
export interface RunOptions {
  readonly worlds: readonly WorldKind[];
  readonly seed: number;
  readonly runs: RunsByWorld;
  /** Command line of the program to test; none: the reference within this process. */
  readonly subject: string | undefined;
  readonly only: readonly string[];
  readonly path: string | undefined;
  /** Directory for the replay files of failures. */
  readonly replays: string;
  /** Whether the cases that are kept there, and those of the corpus, are played first. */
  readonly examples: boolean;
  /** File for the record of the run. */
  readonly report: string | undefined;
  /** File with the known deviations of the subject. */
  readonly deviations: string | undefined;
  readonly shard: Shard | undefined;
  readonly jobs: number;
  /** Whether requirements that nothing judged are shown too. */
  readonly all: boolean;
  /** Whether the run ends at the first MUST that is broken and not listed. */
  readonly bail: boolean;
  /** Whether only what failed last is run. */
  readonly lastFailed: boolean;
  /** The frozen set that the verdict is by; none: every requirement. */
  readonly set: RequirementSet | undefined;
}

/** The options as the command line gives them. */
export interface RunCommandOptions {
  readonly world?: readonly WorldKind[];
  readonly seed: number;
  readonly runs: number;
  readonly only?: readonly string[];
  readonly path?: string;
  readonly replays: string;
  readonly examples: boolean;
  readonly report?: string;
  readonly deviations?: string;
  readonly shard?: Shard;
  readonly subject?: string;
  /** Whether the program is started anew for each line. */
  readonly once?: boolean;
  readonly jobs: number;
  readonly all: boolean;
  readonly bail?: boolean;
  readonly lastFailed?: boolean;
  /** @default {the newest set for a program, none for the reference} */
  readonly set?: RequirementSet | "none";
}

/** As the command line gives them, where it need not say how many processes there are. */
export type GivenToRun = Omit<RunCommandOptions, "jobs"> & { readonly jobs?: number };

/** How many processes there are at a time: where nothing says it, one for each core, and more for a program. */
export function jobsOf({ jobs, subject }: GivenToRun, cores: number): number {
  return jobs ?? (subject === undefined ? cores : PROGRAM_JOBS_FACTOR * cores);
}

/** Fills in what depends on other options: the worlds on the subject, the number of cases on the world. */
export function runOptions(given: RunCommandOptions): RunOptions {
  const { world, runs, seed, replays, examples, jobs, all } = given;
  const subject = subjectText(given);
  return {
    worlds: world ?? (subject === undefined ? WORLD_KINDS : ["process"]),
    seed,
    runs: { memory: runs, disk: Math.ceil(runs / 5), process: Math.ceil(runs / 25) },
    subject,
    only: given.only ?? [],
    path: given.path,
    replays,
    examples,
    report: given.report,
    deviations: given.deviations,
    shard: given.shard,
    jobs,
    all,
    bail: given.bail ?? false,
    lastFailed: given.lastFailed ?? false,
    set: setOf(given.set, subject),
  };
}

/** A program is judged by a set that does not change under it; the reference by all that there is. */
function setOf(given: RunCommandOptions["set"], subject: string | undefined) {
  if (given === "none") return undefined;
  return given ?? (subject === undefined ? undefined : newestSet());
}

/** Cases of each scenario in memory, when the command does not say. */
export const RUNS = 30;

/** What a command that repeats a run must say of its number of cases; undefined where it is the default. */
export function storyRuns({ memory }: RunsByWorld): number | undefined {
  return memory === RUNS ? undefined : memory;
}

/** Whether a run is of every scenario: its gaps are gaps of the subject then. */
export function isWholeRun({ only, shard }: Pick<RunOptions, "only" | "shard">): boolean {
  return only.length === 0 && shard === undefined;
}
