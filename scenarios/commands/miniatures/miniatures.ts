/**
 * The work of `mlx-conform miniatures`: tests the suite itself. Every miniature must be caught, by what it breaks and by nothing else.
 *
 * @module
 */

import {
  EXIT_CODES,
  type Miniature,
  idleScenarios,
  isCaught,
  miniatureSummary,
  miniatureTable,
  miniatures,
  runMiniatures,
} from "../../../harness/internal.ts";
import { REQUIREMENTS } from "../../../spec/mod.ts";
import { scenarios } from "../../mod.ts";
import type { ConformContext } from "../conform_context.ts";
import { didYouMean } from "../did_you_mean.ts";
import { moduleBeside } from "../module_beside.ts";

/** Which miniatures are run, and how often. */
export interface MiniaturesOptions {
  readonly seed: number;
  /** Names of miniatures or requirements. @default {all} */
  readonly only?: readonly string[];
  /** Cases of a scenario that judges what a miniature breaks. */
  readonly focusedRuns: number;
  /** Cases of every other scenario. */
  readonly runs: number;
  readonly jobs: number;
}

/**
 * Runs every scenario on miniatures, and prints which scenario caught which.
 *
 * @returns the exit code
 * @throws {RangeError} when a name is neither a miniature's nor a requirement's
 */
export async function checkMiniatures(
  { seed, only = [], focusedRuns, runs, jobs }: MiniaturesOptions,
  context: ConformContext,
): Promise<number> {
  const startMs = performance.now();
  const print = (text: string) => context.writeOut(`${text}\n`);
  const wanted = chosenMiniatures(only);
  const results = await runMiniatures(wanted, {
    seed,
    focusedRuns,
    otherRuns: runs,
    jobs,
    worker: moduleBeside("./miniature_worker", import.meta.url),
    onResult: (result) => context.writeErr(isCaught(result) ? "." : "F"),
  });
  print(`\n${miniatureTable({ scenarios, miniatures: wanted, results })}\n`);
  const isWhole = only.length === 0;
  for (const line of miniatureSummary(results, isWhole ? scenarios : undefined)) print(line);
  print(`${Math.round((performance.now() - startMs) / 1000)} s, seed ${seed}`);
  const idle = isWhole ? idleScenarios(results, scenarios) : [];
  const isRight = results.every(isCaught) && idle.length === 0;
  return isRight ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}

function chosenMiniatures(only: readonly string[]): readonly Miniature[] {
  for (const name of only) {
    if (name in REQUIREMENTS || miniatures.some((miniature) => miniature.name === name)) continue;
    const names = [...miniatures.map((miniature) => miniature.name), ...Object.keys(REQUIREMENTS)];
    throw new RangeError(
      `"${name}" is neither a miniature nor a requirement${didYouMean(name, names)}`,
    );
  }
  return miniatures.filter(
    ({ name, breaks }) =>
      only.length === 0 || only.includes(name) || breaks.some((id) => only.includes(id)),
  );
}
