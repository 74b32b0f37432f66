/**
 * What commands use where the command line does not say, and the options that several of them have.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Option } from "commander";
import { collectText, parsePositiveInteger, seedParser } from "./option_parsers.ts";

/** Where failures are written. */
export const REPLAYS_DIRECTORY = join(".mlx-conform", "replays");
/** Where the last result of each scenario is kept, a file for each subject. */
export const LAST_RESULTS_DIRECTORY = join(".mlx-conform", "last");
/** Where the steps of a nightly run write. */
export const NIGHTLY_DIRECTORY = join(".mlx-conform", "nightly");
/** Where `mlx-conform subjects` installs, below the working directory. */
export const SUBJECTS_DIRECTORY = ".subjects";
/** The seed of a run that names none: the same version gives the same verdict. */
export const SEED = 1;
/** How often a replay is played against a program before it counts as not reproduced. */
export const PROGRAM_TRIES = 3;

/** Of a program much time is waiting, so there are so many processes for each core. */
export const PROGRAM_JOBS_FACTOR = 2;

/** Processes at a time. */
export function jobsOption(jobs = availableParallelism()): Option {
  return new Option("--jobs <count>", "processes at a time")
    .argParser(parsePositiveInteger)
    .default(jobs);
}

/** What cases are drawn from: the same seed draws the same cases. */
export function seedOption(random: () => number, seed: number | undefined = SEED): Option {
  const option = new Option("--seed <seed>", `an integer, or "random"`).argParser(
    seedParser(random),
  );
  return option.default(seed);
}

/** Where replay files go. */
export function replaysOption(): Option {
  return new Option("--replays <directory>", "where replay files of failures are written").default(
    REPLAYS_DIRECTORY,
  );
}

/** How the program that `--subject` names is run. */
export function onceOption(): Option {
  return new Option("--once", "the program is started anew for each line, as a shell script is");
}

/** Restricts a command to some names. */
export function onlyOption(description: string): Option {
  return new Option("--only <name>", `${description}; may be repeated`).argParser(collectText);
}
