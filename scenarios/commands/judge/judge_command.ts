/**
 * `mlx-conform judge` and `trend`: known clients by version, and what became of them from one version to the next.
 *
 * @module
 */

import { join } from "node:path";
import { Argument, type Command } from "commander";
import type { RequirementSet } from "../../../spec/sets/mod.ts";
import { VERSIONED_CLIENTS } from "../../../harness/subjects/versions/versioned_clients.ts";
import { jobsOption, PROGRAM_JOBS_FACTOR, seedOption } from "../command_defaults.ts";
import { addCommandHelp } from "../command_help.ts";
import type { ConformContext } from "../conform_context.ts";
import { parsePositiveInteger } from "../option_parsers.ts";
import { parseFrozenSet } from "../sets/frozen_sets.ts";

/** Where rows are added, when the command does not say. */
const HISTORY = join(".mlx-conform", "history.jsonl");
/** One case of each scenario in processes: a run takes minutes. */
const JUDGE_RUNS = 25;

/** What `mlx-conform judge` is asked to do. */
export interface JudgeOptions {
  readonly history: string;
  /** Directory of the records. */
  readonly records: string;
  /** Records of runs that were made before: their rows are added, and nothing is run. */
  readonly fromRecord: boolean;
  /** @default {the newest} */
  readonly set?: RequirementSet;
  readonly seed: number;
  readonly runs: number;
  readonly jobs: number;
}

/** Adds `judge`. */
export function addJudgeCommand(program: Command, context: ConformContext): void {
  const names = VERSIONED_CLIENTS.map(({ name }) => name);
  const command = program
    .command("judge")
    .description(
      "Install known clients in a version each, judge them, and add what came of it to a history.",
    )
    .addArgument(
      new Argument(
        "<clients...>",
        `CLIENT or CLIENT@VERSION (default: the newest) of ${names.join(", ")}`,
      ),
    )
    .option("--history <file>", "where a row for each is added, in JSON lines", HISTORY)
    .option(
      "--records <directory>",
      "where the records of the runs go",
      join(".mlx-conform", "judged"),
    )
    .option(
      "--from-record",
      "the arguments are records of runs: add their rows, and run nothing",
      false,
    )
    .option("--set <set>", "the frozen set, or a file of one (default: the newest)", parseFrozenSet)
    .addOption(seedOption(context.random))
    .option(
      "--runs <count>",
      "cases of each scenario, as --runs of a run",
      parsePositiveInteger,
      JUDGE_RUNS,
    )
    .addOption(jobsOption(PROGRAM_JOBS_FACTOR * context.jobs))
    .action(async (clients: readonly string[], options: JudgeOptions) => {
      const { judgeClients } = await import("./judge.ts");
      context.finish(await judgeClients(clients, options, context));
    });
  addCommandHelp(command, {
    examples: [
      "judge hub-js@2.17.5",
      "judge python-hub@0.36.2 python-hub",
      "judge --from-record run.jsonl",
    ],
    notes: [
      "A client is installed in a directory of the user's caches, never in the project; MLX_CONFORM_CACHE names another.",
      "The exit code says whether all were judged, and nothing of what they came to; 1 where one was not.",
    ],
    exitCodes: ["conformant", "not conformant", "usage", "harness failed", "interrupted"],
  });
}

/** Adds `trend`. */
export function addTrendCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("trend")
    .description("Show a history of judged clients: each by version.")
    .argument("[history]", "what `judge` wrote", HISTORY)
    .option("--html <file>", "one self-contained page")
    .action(async (history: string, { html }: { readonly html?: string }) => {
      const { showTrend } = await import("./trend.ts");
      context.finish(await showTrend(history, { html }, context));
    });
  addCommandHelp(command, {
    examples: ["trend", "trend history.jsonl --html trend.html"],
    exitCodes: ["conformant", "usage", "harness failed"],
  });
}
