#!/usr/bin/env node
/**
 * `mlx-conform`: judges the reference and says which promises it keeps.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import {
  EXIT_CODES,
  exitCodeOf,
  failureStory,
  requirementTable,
  runParallel,
  type ScenarioResult,
  suiteVerdict,
} from "../harness/mod.ts";
import { type ConformOptions, parseConformOptions } from "./conform_options.ts";
import { scenarios } from "./mod.ts";
import { reference } from "./reference.ts";
import { showModel } from "./show_model.ts";

/** Where the worker lies: beside this file, as source or as built. */
const WORKER = fileURLToPath(
  new URL(`./worker.${import.meta.url.split(".").at(-1)}`, import.meta.url),
);

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = parseConformOptions(args, {
    random: () => Math.random(),
    // Half of the time on a real disk is spent waiting for it, so there are more processes than cores.
    jobs: 2 * availableParallelism(),
    writeOut: (text) => process.stdout.write(text),
    writeErr: (text) => process.stderr.write(text),
  });
  if (typeof options === "number") return options;
  try {
    return await judge(options);
  } catch (error) {
    const isUsage = error instanceof RangeError;
    process.stderr.write(
      `mlx-conform: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return isUsage ? EXIT_CODES.usage : EXIT_CODES["harness failed"];
  }
}

async function judge(options: ConformOptions): Promise<number> {
  const startMs = performance.now();
  const { worlds, seed, runs } = options;
  console.log(
    `${reference.name} ${reference.version}, worlds ${worlds.join(" and ")}, seed ${seed}`,
  );
  const results = await runParallel(scenarios, {
    ...options,
    worker: WORKER,
    onResult: reporter(),
  });
  console.log(`\n${requirementTable(results, { worlds, all: options.all })}`);
  for (const result of results) {
    const story = failureStory(result);
    if (story !== undefined) console.log(`\n${story}`);
  }
  if (options.only.length === 0) console.log(`\n${(await showModel()).join("\n")}`);
  const profiles = ["core", "offline"] as const;
  const verdict = suiteVerdict(results, { profiles, isFiltered: options.only.length > 0 });
  const cases = results.reduce((sum, result) => sum + result.cases, 0);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  console.log(
    `\n${verdict} (profiles ${profiles.join(", ")}): ${results.length} scenario runs, ${cases} cases (${runs.memory} in memory and ${runs.disk} on disk each), ${seconds} s, seed ${seed}`,
  );
  return exitCodeOf(verdict);
}

/** Shows that something is going on: a sign for each scenario. */
function reporter(): (result: ScenarioResult) => void {
  const signs = {
    pass: ".",
    fail: "F",
    vacuous: "V",
    skip: "s",
    error: "E",
    timeout: "T",
    fidelity: "D",
  } as const;
  return ({ status }) => {
    process.stderr.write(signs[status]);
  };
}
