/**
 * The command lines of the sweeps: help, and one line for what is wrong.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { type Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** Processes at a time. */
export function jobsOption(): Option {
  return new Option("--jobs <count>", "processes at a time")
    .argParser(parseAmount)
    .default(availableParallelism());
}

/** What draws are made from: the same seed makes the same ones. */
export function seedOption(): Option {
  return new Option("--seed <seed>", "for the draws").argParser(parseAmount).default(1);
}

/** Reads a whole number. */
export function parseAmount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number from 1 on.");
}

/** Reads one of some names, and puts it to those before. */
export function oneOfNames<Name extends string>(names: readonly Name[]) {
  return (text: string, before: Name[] = []): Name[] => {
    const name = names.find((other) => other === text);
    if (name === undefined)
      throw new InvalidArgumentError(`It must be one of ${names.join(", ")}.`);
    return [...before, name];
  };
}

/**
 * Reads the options of a sweep.
 *
 * Help, and what is wrong with the options, end the process: with 0 and with 2.
 */
export function readSweepOptions<Options extends object>(
  command: Command,
  args: readonly string[],
): Options {
  try {
    command
      .addHelpText("after", "\nExit codes: 0 nothing found, 1 something found, 2 wrong usage.")
      .exitOverride()
      .parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exit(error.exitCode === 0 ? 0 : 2);
  }
  return command.opts<Options>();
}
