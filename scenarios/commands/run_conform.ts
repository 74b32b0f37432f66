/**
 * The command line of `mlx-conform`: its commands, its usage errors and its exit code.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import { EXIT_CODES } from "../../harness/internal.ts";
import type { ConformContext } from "./conform_context.ts";
import { addDeviationsCommand } from "./deviations.ts";
import { addMergeCommand } from "./merge.ts";
import { addReportCommand } from "./report.ts";
import { addReplayCommand } from "./replay.ts";
import { addMiniaturesCommand } from "./miniatures.ts";
import { addRunCommand } from "./run.ts";
import { addSmokeCommand } from "./smoke.ts";
import { addSoakCommand } from "./soak.ts";

/** Every command, in the order of the help. */
const COMMANDS: readonly ((program: Command, context: ConformContext) => void)[] = [
  addRunCommand,
  addReplayCommand,
  addMergeCommand,
  addReportCommand,
  addDeviationsCommand,
  addSmokeCommand,
  addSoakCommand,
  addMiniaturesCommand,
];

/**
 * Runs `mlx-conform`.
 *
 * @returns the exit code
 */
export async function runConform(
  args: readonly string[],
  options: Omit<ConformContext, "finish">,
): Promise<number> {
  const { writeOut, writeErr } = options;
  let exitCode: number = EXIT_CODES["harness failed"];
  const finish = (code: number) => {
    exitCode = code;
  };
  // Before the commands are added, as they take these two over from the program.
  const program = new Command("mlx-conform")
    .description("A law for MLX models on disk, and a court that judges by it.")
    .addHelpText(
      "after",
      "\nExit codes: 0 conformant, 1 not conformant, 2 wrong usage, 3 the subject broke its protocol, 4 the harness failed, 5 incomplete.",
    )
    .exitOverride()
    .configureOutput({ writeOut, writeErr });
  for (const add of COMMANDS) add(program, { ...options, finish });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    const isUsage = error instanceof RangeError;
    writeErr(`mlx-conform: ${error instanceof Error ? error.message : String(error)}\n`);
    return isUsage ? EXIT_CODES.usage : EXIT_CODES["harness failed"];
  }
}
