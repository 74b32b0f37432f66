/**
 * `mlx-conform run`: judges the reference and says which promises it keeps.
 *
 * @module
 */

import type { Command } from "commander";
import {
  CANARY_NAME,
  EXIT_CODES,
  exitCodeOf,
  keptByCanary,
  miniatures,
  miniatureTable,
  planSuite,
  requirementTable,
  flakyDeviations,
} from "../../harness/internal.ts";
import { failureStory, runParallel, type ScenarioResult } from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";
import type { ConformContext } from "./conform_context.ts";
import { failureTrace } from "./failure_trace.ts";
import { readCorpus, writeReplay } from "./replay_files.ts";
import { corpusResults, runCorpus } from "./run_corpus.ts";
import { addRunOptions, type RunOptions, readRunOptions } from "./run_options.ts";
import { RunReport } from "./run_report.ts";
import { showModel } from "./show_model.ts";
import { resolveSubject } from "./resolve_subject.ts";

/** Adds the command, which is also the one that runs when none is named. */
export function addRunCommand(program: Command, context: ConformContext): void {
  const command = program
    .command("run", { isDefault: true })
    .description("Judge the reference against the law, requirement by requirement (the default).");
  addRunOptions(command, context);
  command.action(async () => {
    context.finish(await judge(readRunOptions(command), context));
  });
}

async function judge(options: RunOptions, context: ConformContext): Promise<number> {
  const startMs = performance.now();
  const { worlds, seed, runs } = options;
  const print = (text: string) => context.writeOut(`${text}\n`);
  const accused = await resolveSubject(options);
  if ("fault" in accused) {
    context.writeErr(`mlx-conform: ${accused.fault}\n`);
    return EXIT_CODES["subject failed to start"];
  }
  const { name, version, profiles } = accused;
  print(`${name} ${version}, worlds ${worlds.join(" and ")}, seed ${seed}`);
  if (accused.network !== undefined) print(`network: ${accused.network}`);
  for (const line of accused.limitations ?? []) print(`noticed: ${line}`);
  const kept = await judgeCorpus(options, context);
  const planned = kept.length + planSuite(scenarios, options).length;
  const report = await RunReport.begin(options, {
    subject: accused,
    profiles,
    planned,
    roles: accused.roles,
    // A program's own calls are not seen from here.
    traceOf: worlds.includes("process") ? undefined : (replay) => failureTrace(replay, reference),
  });
  for (const result of kept) report.add(result);
  const show = reporter(context);
  const raw = await runParallel(scenarios, {
    ...options,
    worker: context.worker,
    ...accused.workers,
    onResult: (result) => show(report.add(result)),
  });
  const { results, verdict, problems, warnings } = await report.end([...kept, ...raw]);
  print(`\n${requirementTable(results, { worlds, all: options.all })}`);
  if (options.all) print(`\n${miniatureTable({ scenarios, miniatures })}`);
  for (const result of results) {
    for (const breakage of [result.breakage, ...(result.further ?? [])]) {
      const told = { ...result, breakage };
      const replayFile = await writeReplay(told, { directory: options.replays, subject: accused });
      const story = failureStory(told, { subject: options.subject, replayFile });
      if (story !== undefined) print(`\n${story}`);
    }
  }
  for (const line of asideLines(results)) print(line);
  const isWhole = options.only.length === 0 && options.shard === undefined;
  if (isWhole && options.subject === undefined) print(`\n${(await showModel()).join("\n")}`);
  const keptInSpite = isWhole && options.subject === CANARY_NAME ? keptByCanary(results) : [];
  if (keptInSpite.length > 0) {
    print(`\nThe suite is broken: ${name} must break ${keptInSpite.join(", ")}, and kept it.`);
    return EXIT_CODES["harness failed"];
  }
  const sometimes = flakyDeviations(results);
  if (sometimes !== undefined) print(`\n${sometimes}`);
  for (const problem of problems) print(`\nknown deviations: ${problem}`);
  for (const warning of warnings) print(`\nknown deviations: ${warning}`);
  const cases = raw.reduce((sum, result) => sum + result.cases, 0);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const each = { memory: "in memory", disk: "on disk", process: "in processes" } as const;
  const counts = worlds.map((world) => `${runs[world]} ${each[world]}`).join(" and ");
  print(
    `\n${verdict} (profiles ${profiles.join(", ")}): ${raw.length} scenario runs, ${cases} cases (${counts} each), ${seconds} s, seed ${seed}`,
  );
  return exitCodeOf(verdict);
}

/**
 * Runs the kept replays before anything else.
 *
 * @returns the results that count against the subject
 */
async function judgeCorpus(
  { worlds, only, path, shard, subject }: RunOptions,
  context: ConformContext,
): Promise<ScenarioResult[]> {
  // They are the reference's, and one case was not asked for beside another.
  if (path !== undefined || subject !== undefined || worlds.includes("process")) return [];
  // Once a run is enough.
  if (shard !== undefined && shard.index > 1) return [];
  const corpus = (await readCorpus()).filter(
    ({ replay: { scenario, requirement } }) =>
      only.length === 0 || only.includes(scenario) || only.includes(requirement ?? ""),
  );
  const result = await runCorpus(corpus, { subject: reference, worlds });
  if (corpus.length > 0)
    context.writeOut(
      `corpus: ${corpus.length} kept replays, ${result.count} cases, ${result.faults.length === 0 ? "all hold" : `${result.faults.length} DO NOT HOLD`}\n`,
    );
  return corpusResults(result);
}

/** What was skipped, and what else was noticed. */
function asideLines(results: readonly ScenarioResult[]): string[] {
  const why = new Map<string, string[]>();
  for (const { scenario, skipped, judged } of results)
    for (const [id, reason] of Object.entries(skipped)) {
      if (judged[id as keyof typeof judged] !== undefined) continue;
      why.set(reason, [...(why.get(reason) ?? []), `${id} (${scenario})`]);
    }
  const notes = new Set(results.flatMap((result) => result.notes ?? []));
  return [
    ...[...why].map(([reason, what]) => `\nskipped, as ${reason}:\n  ${what.join(", ")}`),
    ...(notes.size === 0 ? [] : [`\nnoticed: ${[...notes].slice(0, 10).join(", ")}`]),
  ];
}

/** Shows that something is going on: a sign for each scenario. */
function reporter(context: ConformContext): (result: ScenarioResult) => void {
  const signs = {
    pass: ".",
    fail: "F",
    vacuous: "V",
    skip: "s",
    error: "E",
    timeout: "T",
    fidelity: "D",
    "expected-fail": "x",
    "unexpected-pass": "P",
    "subject-protocol": "P",
    "subject-crash": "C",
    "subject-timeout": "S",
  } as const;
  return ({ status }) => {
    context.writeErr(signs[status]);
  };
}
