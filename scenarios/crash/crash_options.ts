/**
 * The command line of `npm run crash`.
 *
 * @module
 */

import { Command, CommanderError, InvalidArgumentError } from "commander";
import { PERSISTENCE_PROFILES, type PersistenceProfile } from "../../harness/internal.ts";
import { CRASH_MODELS } from "./crash_models.ts";

/** What `npm run crash` is asked to do. */
export interface CrashOptions {
  readonly models: readonly string[];
  readonly profiles: readonly PersistenceProfile[];
  readonly exhaustiveMax: number;
  readonly samples: number;
  readonly recoveries: number;
  readonly seed: number;
  /** At most this many states that are asked about in each row; undefined for all. */
  readonly asked: number | undefined;
}

/** @returns the options, or the exit code when help was shown (0) or the usage is wrong (2) */
export function parseCrashOptions(args: readonly string[]): CrashOptions | 0 | 2 {
  const names = CRASH_MODELS.map(({ name }) => name);
  const program = new Command("npm run crash --")
    .description("Go through every disk that a crash of a download can leave.")
    .option("--model <name>", `one of: ${names.join(", ")}; may be repeated`, oneOf(names))
    .option(
      "--profile <name>",
      "a persistence profile; may be repeated",
      oneOf(PERSISTENCE_PROFILES),
    )
    .option("--exhaustive <count>", "choices at one moment up to which all are taken", count, 512)
    .option("--samples <count>", "choices that are drawn at a moment that has more", count, 16)
    .option("--recoveries <count>", "recoveries that are crashed in each row", count, 40)
    .option(
      "--asked <count>",
      "states that the subject is asked about in each row (default: all)",
      count,
    )
    .option("--seed <seed>", "for the draws", count, 1)
    .addHelpText("after", "\nExit codes: 0 no violation, 1 a violation, 2 wrong usage.")
    .exitOverride();
  try {
    program.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? 0 : 2;
  }
  const given = program.opts<{
    model?: string[];
    profile?: PersistenceProfile[];
    exhaustive: number;
    samples: number;
    recoveries: number;
    asked?: number;
    seed: number;
  }>();
  return {
    models: given.model ?? names,
    profiles: given.profile ?? PERSISTENCE_PROFILES,
    exhaustiveMax: given.exhaustive,
    samples: given.samples,
    recoveries: given.recoveries,
    seed: given.seed,
    asked: given.asked,
  };
}

function oneOf<Name extends string>(names: readonly Name[]) {
  return (text: string, before: Name[] = []): Name[] => {
    const name = names.find((other) => other === text);
    if (name === undefined)
      throw new InvalidArgumentError(`It must be one of ${names.join(", ")}.`);
    return [...before, name];
  };
}

function count(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
}
