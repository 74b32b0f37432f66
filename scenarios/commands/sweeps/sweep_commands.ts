/**
 * `mlx-conform crash`, `errno`, `fidelity` and `hostile`: each tries one kind of trouble exhaustively, or very often.
 *
 * @module
 */

import { tmpdir } from "node:os";
import type { Command } from "commander";
import {
  PERSISTENCE_PROFILES,
  type PersistenceProfile,
} from "../../../harness/crash/persistence_profile.ts";
import { ERRNO_KINDS, ERRNO_STAGES } from "../../../harness/errno/errno_kind.ts";
import { CRASH_MODEL_NAMES, type CrashModelName } from "../../crash/crash_model_name.ts";
import { jobsOption, seedOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { choicesParser, parseInteger, parsePositiveInteger } from "../option_parsers.ts";
import type { ErrnoSweepOptions } from "./errno_sweep.ts";
import type { FidelitySweepOptions } from "./fidelity_sweep.ts";
import type { HostileSweepOptions } from "./hostile_sweep.ts";

const EXIT_CODE_NAMES = ["conformant", "not conformant", "usage", "harness failed"] as const;

interface CrashCommandOptions {
  readonly model?: readonly CrashModelName[];
  readonly profile?: readonly PersistenceProfile[];
  readonly exhaustive: number;
  readonly samples: number;
  readonly recoveries: number;
  readonly asked?: number;
  readonly seed: number;
}

/** Adds `crash`. */
export function addCrashCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("crash")
    .description("Judge every disk that a crash of the reference's downloads can leave.")
    .option(
      "--model <name>",
      `one of ${CRASH_MODEL_NAMES.join(", ")}; may be repeated (default: all)`,
      choicesParser(CRASH_MODEL_NAMES),
    )
    .option(
      "--profile <name>",
      `one of ${PERSISTENCE_PROFILES.join(", ")}; may be repeated (default: all)`,
      choicesParser(PERSISTENCE_PROFILES),
    )
    .option(
      "--exhaustive <count>",
      "choices at one moment up to which all are taken",
      parseInteger,
      512,
    )
    .option("--samples <count>", "choices drawn at a moment that has more", parseInteger, 16)
    .option("--recoveries <count>", "recoveries that are crashed in each row", parseInteger, 40)
    .option(
      "--asked <count>",
      "most states that the subject is asked about in each row (default: all)",
      parseInteger,
    )
    .addOption(seedOption(context.random))
    .action(async (options: CrashCommandOptions) => {
      const { model, profile, exhaustive, samples, recoveries, seed, asked } = options;
      const { sweepCrashes } = await import("./crash_sweep.ts");
      const sweep = {
        models: model ?? CRASH_MODEL_NAMES,
        profiles: profile ?? PERSISTENCE_PROFILES,
        exhaustiveMax: exhaustive,
        samples,
        recoveries,
        seed,
        asked,
      };
      context.finish(await sweepCrashes(sweep, context));
    });
  addCommandHelp(command, {
    examples: ["crash", "crash --model smallest --profile weak --asked 40 --recoveries 1"],
    exitCodes: EXIT_CODE_NAMES,
  });
}

/** Adds `errno`. */
export function addErrnoCommand(program: Command, context: ConformContext): void {
  const kinds = ERRNO_KINDS.map(({ name }) => name);
  const codes = [...new Set(ERRNO_KINDS.flatMap((kind) => kind.codes))];
  const described = (names: readonly string[]) =>
    `one of ${names.join(", ")}; may be repeated (default: all)`;
  const command = program
    .command("errno")
    .description("Let every call of the disk fail in turn, and judge what is left.")
    .option("--code <code>", described(codes), choicesParser(codes))
    .option("--kind <kind>", described(kinds), choicesParser(kinds))
    .option("--stage <stage>", described(ERRNO_STAGES), choicesParser(ERRNO_STAGES))
    .addOption(jobsOption())
    .action(async (options: ErrnoSweepOptions) => {
      const { sweepErrno } = await import("./errno_sweep.ts");
      context.finish(await sweepErrno(options, context));
    });
  addCommandHelp(command, {
    examples: ["errno --code EIO", "errno --kind rename --stage update"],
    exitCodes: EXIT_CODE_NAMES,
  });
}

/** Adds `fidelity`. */
export function addFidelityCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("fidelity")
    .description("Compare the disk in memory with a real directory.")
    .option("--dir <directory>", "a directory on the volume to compare with", tmpdir())
    .option("--sequences <count>", "random sequences of calls", parsePositiveInteger, 20_000)
    .addOption(seedOption(context.random))
    .addOption(jobsOption())
    .action(async (options: FidelitySweepOptions) => {
      const { sweepFidelity } = await import("./fidelity_sweep.ts");
      context.finish(await sweepFidelity(options, context));
    });
  addCommandHelp(command, {
    examples: ["fidelity", "fidelity --dir /Volumes/Data --sequences 2000"],
    exitCodes: EXIT_CODE_NAMES,
  });
}

/** Adds `hostile`. */
export function addHostileCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("hostile")
    .description("Let a hostile hub attack downloads.")
    .option("--attacks <count>", "how many", parsePositiveInteger, 10_000)
    .addOption(seedOption(context.random))
    .addOption(jobsOption())
    .action(async (options: HostileSweepOptions) => {
      const { sweepHostile } = await import("./hostile_sweep.ts");
      context.finish(await sweepHostile(options, context));
    });
  addCommandHelp(command, {
    examples: ["hostile", "hostile --attacks 300 --seed random"],
    exitCodes: EXIT_CODE_NAMES,
  });
}
