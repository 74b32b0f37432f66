/**
 * `mlx-conform run`: judges the reference and says which promises it keeps.
 *
 * @module
 */

import type { Command } from "commander";
import {
  exitCodeOf,
  failureStory,
  requirementTable,
  runParallel,
  type ScenarioResult,
  suiteVerdict,
} from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference.ts";
import type { ConformContext } from "./conform_context.ts";
import { addRunOptions, type RunOptions, readRunOptions } from "./run_options.ts";
import { showModel } from "./show_model.ts";

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
  print(`${reference.name} ${reference.version}, worlds ${worlds.join(" and ")}, seed ${seed}`);
  const results = await runParallel(scenarios, {
    ...options,
    worker: context.worker,
    onResult: reporter(context),
  });
  print(`\n${requirementTable(results, { worlds, all: options.all })}`);
  for (const result of results) {
    const story = failureStory(result);
    if (story !== undefined) print(`\n${story}`);
  }
  if (options.only.length === 0) print(`\n${(await showModel()).join("\n")}`);
  const profiles = ["core", "offline"] as const;
  const verdict = suiteVerdict(results, { profiles, isFiltered: options.only.length > 0 });
  const cases = results.reduce((sum, result) => sum + result.cases, 0);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  print(
    `\n${verdict} (profiles ${profiles.join(", ")}): ${results.length} scenario runs, ${cases} cases (${runs.memory} in memory and ${runs.disk} on disk each), ${seconds} s, seed ${seed}`,
  );
  return exitCodeOf(verdict);
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
