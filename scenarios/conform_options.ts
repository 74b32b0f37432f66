/**
 * The command line of `mlx-conform`.
 *
 * @module
 */

import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type RunsByWorld, WORLD_KINDS, type WorldKind } from "../harness/mod.ts";

/** Cases of each scenario in memory, when the command does not say. */
const RUNS = 100;
/** The seed of a run that names none: the same version gives the same verdict. */
const SEED = 1;

/** What `mlx-conform` is asked to do. */
export interface ConformOptions {
  readonly worlds: readonly WorldKind[];
  readonly seed: number;
  readonly runs: RunsByWorld;
  readonly only: readonly string[];
  readonly path: string | undefined;
  readonly jobs: number;
  /** Whether requirements that nothing judged are shown too. */
  readonly all: boolean;
}

/** Output of the command's own help and usage errors. */
export interface ConformOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/**
 * Reads the command line of `mlx-conform`.
 *
 * @returns the options, or the exit code when help was shown (0) or the usage is wrong (2)
 */
export function parseConformOptions(
  args: readonly string[],
  options: ConformOutput & { readonly random: () => number; readonly jobs: number },
): ConformOptions | 0 | 2 {
  const { random, jobs, writeOut, writeErr } = options;
  const program = new Command("mlx-conform")
    .description("Judge the reference against the law, requirement by requirement.")
    .option("--world <world>", `memory or disk; may be repeated (default: both)`, collectWorld)
    .option("--seed <seed>", `a whole number, or "random"`, (text) => parseSeed(text, random), SEED)
    .option(
      "--runs <count>",
      "cases of each scenario in memory; a fifth of them on disk",
      parseCount,
      RUNS,
    )
    .option("--only <name>", "a requirement or a scenario; may be repeated", collect)
    .option("--path <path>", "one case of a scenario, as a failure prints it")
    .option("--jobs <count>", "processes at a time", parseCount, jobs)
    .option("--all", "show also the requirements that nothing judges yet", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 conformant, 1 not conformant, 2 wrong usage, 4 the harness failed, 5 incomplete.",
    )
    .exitOverride()
    .configureOutput({ writeOut, writeErr });
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  const given = program.opts<{
    world?: WorldKind[];
    seed: number;
    runs: number;
    only?: string[];
    path?: string;
    jobs: number;
    all: boolean;
  }>();
  return {
    worlds: given.world ?? WORLD_KINDS,
    seed: given.seed,
    runs: { memory: given.runs, disk: Math.ceil(given.runs / 5) },
    only: given.only ?? [],
    path: given.path,
    jobs: given.jobs,
    all: given.all,
  };
}

function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}

function collectWorld(text: string, before: WorldKind[] = []): WorldKind[] {
  const world = WORLD_KINDS.find((kind) => kind === text);
  if (world === undefined)
    throw new InvalidArgumentError(`It must be one of ${WORLD_KINDS.join(", ")}.`);
  return before.includes(world) ? before : [...before, world];
}

function parseCount(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1 on.");
}

function parseSeed(text: string, random: () => number): number {
  if (text === "random") return Math.floor(random() * 2 ** 31);
  if (/^\d{1,10}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`It must be a whole number, or "random".`);
}
