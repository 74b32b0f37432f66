/**
 * Which scenarios are run on a mutant, in which order, and how long.
 *
 * @module
 */

import type { MutantAnswer } from "./mutant_worker.ts";

/** Cases of each scenario the first time. */
const FIRST_RUNS = 4;
/** So many of the likeliest scenarios are run whole before that. */
const LIKELY = 3;
const IN_MEMORY = { world: "memory" } as const;

/** What a scenario shows on the unchanged source. */
export interface Baseline {
  readonly scenario: string;
  readonly answer: MutantAnswer;
}

/** A run of a scenario on a mutant. */
export interface Trial extends Baseline {
  readonly world: "memory" | "disk";
  readonly cases: number;
  readonly isWhole: boolean;
}

/** The likeliest scenarios whole, since they notice most; a few cases of every other; then all of those, and all on disk. */
export function trialsOf(
  covering: readonly Baseline[],
  { runs, diskRuns }: { readonly runs: number; readonly diskRuns: number },
): readonly Trial[] {
  const rest = covering.slice(LIKELY);
  const few = Math.min(runs, FIRST_RUNS);
  const trials: Trial[] = [
    ...covering
      .slice(0, LIKELY)
      .map((one) => ({ ...one, cases: runs, isWhole: true, ...IN_MEMORY })),
    ...rest.map((one) => ({ ...one, cases: few, isWhole: false, ...IN_MEMORY })),
    ...rest.map((one) => ({ ...one, cases: runs, isWhole: true, ...IN_MEMORY })),
    ...covering.map((one) => ({ ...one, cases: diskRuns, isWhole: true, world: "disk" as const })),
  ];
  return trials.filter(({ cases }) => cases > 0);
}

/** The scenarios that run one of the places, the aptest first. */
export function coveringScenarios(
  baselines: readonly Baseline[],
  ids: ReadonlySet<string>,
): readonly Baseline[] {
  return baselines
    .filter(({ answer }) => Object.keys(answer.hits ?? {}).some((id) => ids.has(id)))
    .toSorted((one, two) => aptness(two, ids) - aptness(one, ids));
}

/** How much of a scenario's run is in the places, for the time that it takes: what it is about finds a mistake first. */
function aptness(
  { answer: { hits = {}, durationMs } }: Baseline,
  ids: ReadonlySet<string>,
): number {
  let inside = 0;
  let all = 0;
  for (const [id, count] of Object.entries(hits)) {
    all += count;
    if (ids.has(id)) inside += count;
  }
  return inside / all / (durationMs + 1);
}
