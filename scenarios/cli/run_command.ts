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
  failureStory,
  keptByCanary,
  requirementTable,
  runParallel,
  type ScenarioResult,
  suiteVerdict,
} from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import type { ConformContext } from "./conform_context.ts";
import { addRunOptions, type RunOptions, readRunOptions } from "./run_options.ts";
import { showModel } from "./show_model.ts";
import { summon } from "./summon.ts";

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
  const accused = await summon(options);
  if ("fault" in accused) {
    context.writeErr(`mlx-conform: ${accused.fault}\n`);
    return EXIT_CODES["subject failed to start"];
  }
  const { name, version, profiles } = accused;
  print(`${name} ${version}, worlds ${worlds.join(" and ")}, seed ${seed}`);
  if (accused.network !== undefined) print(`network: ${accused.network}`);
  const results = await runParallel(scenarios, {
    ...options,
    worker: context.worker,
    ...accused.workers,
    onResult: reporter(context),
  });
  print(`\n${requirementTable(results, { worlds, all: options.all })}`);
  for (const result of results) {
    for (const breakage of [result.breakage, ...(result.further ?? [])]) {
      const story = failureStory({ ...result, breakage });
      if (story !== undefined) print(`\n${story}`);
    }
  }
  for (const line of asideLines(results)) print(line);
  const isReference = options.subject === undefined;
  if (options.only.length === 0 && isReference) print(`\n${(await showModel()).join("\n")}`);
  // A part of the scenarios need not bring out all of it.
  const isCanary = options.subject === CANARY_NAME && options.only.length === 0;
  const kept = isCanary ? keptByCanary(results) : [];
  if (kept.length > 0) {
    print(`\nThe suite is broken: ${name} must break ${kept.join(", ")}, and kept it.`);
    return EXIT_CODES["harness failed"];
  }
  const verdict = suiteVerdict(results, {
    profiles,
    isFiltered: options.only.length > 0,
    ...(accused.roles === undefined ? {} : { roles: accused.roles }),
  });
  const cases = results.reduce((sum, result) => sum + result.cases, 0);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const each = { memory: "in memory", disk: "on disk", process: "in processes" } as const;
  const counts = worlds.map((world) => `${runs[world]} ${each[world]}`).join(" and ");
  print(
    `\n${verdict} (profiles ${profiles.join(", ")}): ${results.length} scenario runs, ${cases} cases (${counts} each), ${seconds} s, seed ${seed}`,
  );
  return exitCodeOf(verdict);
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
    ...(notes.size === 0
      ? []
      : [`\nwritten outside its root: ${[...notes].slice(0, 10).join(", ")}`]),
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
    "subject-protocol": "P",
    "subject-crash": "C",
    "subject-timeout": "S",
  } as const;
  return ({ status }) => {
    context.writeErr(signs[status]);
  };
}
