/**
 * The command line of `mlx-conform`: its commands, its usage errors and its exit code.
 *
 * Commands load what they work with when they run, so that help, version and usage errors are quick.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import { errorAnnotation, terminalText } from "../../harness/report/terminal_text.ts";
import { EXIT_CODES } from "../../harness/suite/exit_codes.ts";
import { addBenchCommand } from "../bench/bench_command.ts";
import { addCommandHelp, ALL_EXIT_CODES } from "./command_help.ts";
import { addCompletionsCommand } from "./completions_command.ts";
import type { ConformContext } from "./conform_context.ts";
import { addDriftCommand } from "./drift/drift_command.ts";
import { addFuzzCommand } from "./fuzz/fuzz_command.ts";
import { addExplainCommand, addListCommand } from "./explain/explain_commands.ts";
import { addHubCommand } from "./hub/hub_command.ts";
import { addJudgeCommand, addTrendCommand } from "./judge/judge_command.ts";
import { addMutateCommand } from "./mutate/mutate_command.ts";
import { addMatrixCommand } from "./matrix/matrix_command.ts";
import { addMiniaturesCommand } from "./miniatures/miniatures_command.ts";
import { addNightlyCommand } from "./nightly/nightly_command.ts";
import {
  addDeviationsCommand,
  addMergeCommand,
  addReportCommand,
} from "./records/record_commands.ts";
import { addReplayCommand } from "./replay/replay_command.ts";
import { addRunCommand } from "./run/run_command.ts";
import { addSetsCommand } from "./sets/sets_command.ts";
import { addSmokeCommand } from "./smoke_command.ts";
import { addSoakCommand } from "./soak/soak_command.ts";
import { addSubjectsCommand } from "./subjects_command.ts";
import { suiteVersion } from "./suite_version.ts";
import { addTrophiesCommand } from "./trophies/trophies_command.ts";
import {
  addCrashCommand,
  addErrnoCommand,
  addFidelityCommand,
  addHostileCommand,
} from "./sweeps/sweep_commands.ts";

/** Every command, in the order of the help. */
const COMMANDS: readonly ((program: Command, context: ConformContext) => void)[] = [
  addRunCommand,
  addReplayCommand,
  addExplainCommand,
  addListCommand,
  addSmokeCommand,
  addSubjectsCommand,
  addHubCommand,
  addDriftCommand,
  addReportCommand,
  addMergeCommand,
  addDeviationsCommand,
  addSetsCommand,
  addJudgeCommand,
  addTrendCommand,
  addTrophiesCommand,
  addMatrixCommand,
  addMutateCommand,
  addMiniaturesCommand,
  addSoakCommand,
  addCrashCommand,
  addErrnoCommand,
  addFidelityCommand,
  addHostileCommand,
  addFuzzCommand,
  addBenchCommand,
  addNightlyCommand,
  addCompletionsCommand,
];

/** Options of the program itself; any other leads to the default command. */
const OWN_OPTIONS: readonly string[] = ["-h", "--help", "-V", "--version"];

/**
 * Runs `mlx-conform`.
 *
 * @returns the exit code
 */
export async function runConform(
  args: readonly string[],
  options: Omit<ConformContext, "finish" | "annotate">,
): Promise<number> {
  // What a subject says of itself is printed in many places, and leaves by these two doors alone.
  const isWorkflow = process.env["GITHUB_ACTIONS"] === "true";
  const writeOut = (text: string) => options.writeOut(terminalText(text, { isWorkflow }));
  const writeErr = (text: string) => options.writeErr(terminalText(text, { isWorkflow }));
  const annotate = (text: string) =>
    options.writeOut(isWorkflow ? errorAnnotation(text) : terminalText(`error: ${text}\n`));
  let exitCode: number = EXIT_CODES["harness failed"];
  const finish = (code: number) => {
    exitCode = code;
  };
  const program = conformProgram({ ...options, writeOut, writeErr, annotate, finish });
  try {
    await program.parseAsync(withCommand(args), { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_CODES.usage;
    const isUsage = error instanceof RangeError;
    writeErr(`mlx-conform: ${error instanceof Error ? error.message : String(error)}\n`);
    return isUsage ? EXIT_CODES.usage : EXIT_CODES["harness failed"];
  }
}

/** The program with every command. */
export function conformProgram(context: ConformContext): Command {
  const { writeOut, writeErr } = context;
  // Before the commands are added, as they take these settings over from the program.
  const program = new Command("mlx-conform")
    .description("Conformance test suite for MLX model downloaders.")
    .exitOverride()
    // An option behind a subcommand is the subcommand's, also where both have it.
    .enablePositionalOptions()
    .showHelpAfterError("Add --help for usage and examples.")
    .configureOutput({ writeOut, writeErr });
  addCommandHelp(program, {
    examples: [
      "",
      "run --subject hub-js",
      "replay FILE --trace",
      "explain DL-RESUME",
      "run --help",
    ],
    notes: ["Without a command, `run` runs."],
    exitCodes: ALL_EXIT_CODES,
  });
  for (const add of COMMANDS) add(program, context);
  for (const command of withSubcommands(program)) command.version(suiteVersion());
  return program;
}

/** A command and all below it. */
export function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Puts `run` before options that no command precedes. */
function withCommand(args: readonly string[]): readonly string[] {
  const [first] = args;
  const isRun = first === undefined || (first.startsWith("-") && !OWN_OPTIONS.includes(first));
  return isRun ? ["run", ...args] : args;
}
