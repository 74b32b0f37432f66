/**
 * `mlx-conform miniatures`: tests the suite. Every miniature must be caught, by what it breaks and by nothing else.
 *
 * @module
 */

import type { Command } from "commander";
import { fileURLToPath } from "node:url";
import {
  EXIT_CODES,
  idleScenarios,
  isCaught,
  type Miniature,
  miniatures,
  miniatureSummary,
  miniatureTable,
  runMiniatures,
} from "../../harness/internal.ts";
import { REQUIREMENTS } from "../../spec/mod.ts";
import { scenarios } from "../mod.ts";
import type { ConformContext } from "./conform_context.ts";
import { parseCount, parseSeed } from "./run_options.ts";

/** Cases of a scenario that judges what a miniature breaks. */
const FOCUSED_RUNS = 60;
/** Cases of every other scenario. */
const OTHER_RUNS = 2;

/** The worker beside this file, as source or as built. */
const WORKER = fileURLToPath(
  new URL(`./miniature_worker.${import.meta.url.split(".").at(-1)}`, import.meta.url),
);

interface MiniaturesOptions {
  readonly seed: number;
  readonly only: readonly string[];
  readonly focusedRuns: number;
  readonly runs: number;
  readonly jobs: number;
}

/** Adds the command. */
export function addMiniaturesCommand(program: Command, context: ConformContext): void {
  const collect = (text: string, before: string[] = []) => [...before, text];
  const command = program
    .command("miniatures")
    .description("Test the suite: run each miniature in every scenario, in memory.")
    .option("--only <name>", "a miniature or a requirement; may be repeated", collect)
    .option("--seed <seed>", `a whole number, or "random"`, (text) =>
      parseSeed(text, context.random),
    )
    .option("--focused-runs <count>", "cases where it must be caught", parseCount, FOCUSED_RUNS)
    .option("--runs <count>", "cases where it must not be caught", parseCount, OTHER_RUNS)
    .option("--jobs <count>", "processes at a time", parseCount, context.jobs);
  command.action(async () => {
    const given = command.opts<Partial<MiniaturesOptions>>();
    const options: MiniaturesOptions = {
      seed: given.seed ?? 1,
      only: given.only ?? [],
      focusedRuns: given.focusedRuns ?? FOCUSED_RUNS,
      runs: given.runs ?? OTHER_RUNS,
      jobs: given.jobs ?? context.jobs,
    };
    context.finish(await testSuite(options, context));
  });
}

async function testSuite(options: MiniaturesOptions, context: ConformContext): Promise<number> {
  const startMs = performance.now();
  const print = (text: string) => context.writeOut(`${text}\n`);
  const wanted = chosenMiniatures(options.only);
  const results = await runMiniatures(wanted, {
    seed: options.seed,
    focusedRuns: options.focusedRuns,
    otherRuns: options.runs,
    jobs: options.jobs,
    worker: WORKER,
    onResult: (result) => context.writeErr(isCaught(result) ? "." : "F"),
  });
  print(`\n${miniatureTable({ scenarios, miniatures: wanted, results })}\n`);
  const isWhole = options.only.length === 0;
  for (const line of miniatureSummary(results, isWhole ? scenarios : undefined)) print(line);
  print(`${Math.round((performance.now() - startMs) / 1000)} s, seed ${options.seed}`);
  const idle = isWhole ? idleScenarios(results, scenarios) : [];
  const isRight = results.every(isCaught) && idle.length === 0;
  return isRight ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

/** @throws {RangeError} when a name is neither a miniature's nor a requirement's */
function chosenMiniatures(only: readonly string[]): readonly Miniature[] {
  for (const name of only) {
    if (name in REQUIREMENTS || miniatures.some((miniature) => miniature.name === name)) continue;
    throw new RangeError(`Cannot run only "${name}": it is neither a miniature nor a requirement`);
  }
  return miniatures.filter(
    ({ name, breaks }) =>
      only.length === 0 || only.includes(name) || breaks.some((id) => only.includes(id)),
  );
}
