/**
 * Which scenarios are run on a mutant, in which order, and how long.
 *
 * @module
 */

import type { MutantAnswer } from "./mutant_worker.ts";

/** Cases of each scenario the first time. */
const FIRST_CASES = 4;
/** So many of the likeliest scenarios are run before that, with all their cases. */
const LIKELY = 3;

/** What a scenario shows on the unchanged source. */
export interface Baseline {
  readonly scenario: string;
  readonly answer: MutantAnswer;
}

/** A run of a scenario on a mutant. */
export interface Trial extends Baseline {
  readonly world: "memory" | "disk";
  readonly runs: number;
  /** Only these cases are run, by their places. @default {all} */
  readonly cases?: readonly number[];
}

/** Options of {@linkcode trialsOf}. */
export interface TrialsOptions {
  /** The places of which one is changed. */
  readonly ids: ReadonlySet<string>;
  /** Those of them whose values were compared: a case in which they do not differ is not run. @default {none} */
  readonly compared?: ReadonlySet<string>;
  readonly runs: number;
  readonly diskRuns: number;
}

/**
 * The cases that run one of the places, with another value where values are compared, as no other can end otherwise than
 * without the mutant: those of the likeliest scenarios, since they notice most; a few of every other; the rest of them. Then the likeliest whole, which says whether their goals are
 * still reached, and all on disk.
 */
export function trialsOf(
  covering: readonly Baseline[],
  { ids, compared = new Set(), runs, diskRuns }: TrialsOptions,
): readonly Trial[] {
  const all = covering.map((one) => ({ one, cases: casesThrough(one, { ids, compared }) }));
  const inMemory = (
    parts: readonly { readonly one: Baseline; readonly cases: readonly number[] }[],
  ) =>
    parts
      .filter(({ cases }) => cases.length > 0)
      .map(({ one, cases }): Trial => ({ ...one, world: "memory", runs, cases }));
  const whole = (world: Trial["world"], count: number) => (one: Baseline) => ({
    ...one,
    world,
    runs: count,
  });
  const telling = all.filter(({ cases }) => cases.length > 0);
  const likely = telling.slice(0, LIKELY);
  const rest = telling.slice(LIKELY);
  return [
    ...inMemory(likely),
    ...inMemory(rest.map(({ one, cases }) => ({ one, cases: cases.slice(0, FIRST_CASES) }))),
    ...inMemory(rest.map(({ one, cases }) => ({ one, cases: cases.slice(FIRST_CASES) }))),
    ...likely.map(({ one }) => whole("memory", runs)(one)),
    ...(diskRuns > 0 ? covering.map(whole("disk", diskRuns)) : []),
  ];
}

/** The cases of a scenario that run one of the places with another value, in their order. */
function casesThrough(
  { answer: { casesOf = {}, differsIn = {} } }: Baseline,
  { ids, compared }: Required<Pick<TrialsOptions, "ids" | "compared">>,
): readonly number[] {
  const of = (id: string) => (compared.has(id) ? differsIn : casesOf)[id] ?? [];
  const cases = new Set([...ids].flatMap(of));
  return [...cases].toSorted((one, two) => one - two);
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
