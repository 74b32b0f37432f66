/**
 * Judges mutants by the scenarios that run their places, in memory first and then on disk, and the rest by unit tests.
 *
 * @module
 */

import type { Scenario } from "../../../harness/mod.ts";
import { type EquivalentMutant, equivalentEntry } from "./equivalent_mutants.ts";
import { judgeByUnitTests } from "./judge_by_unit_tests.ts";
import type { JudgedMutant, Mutant, MutantEnd } from "./mutant.ts";
import { MutantProcess } from "./mutant_process.ts";
import { LikelyJudges } from "./likely_judges.ts";
import type { NoticedBy } from "./noticed_by.ts";
import { placesAround, placesOf } from "./places_around.ts";
import { type Baseline, coveringScenarios, trialsOf } from "./trials.ts";

/** How mutants are judged. */
export interface JudgeMutantsOptions {
  /** Directory of the instrumented copy. */
  readonly copy: string;
  /** The ids of places by file, which say who runs what is changed while the modules are loaded. @default {those of the mutants} */
  readonly places?: ReadonlyMap<string, readonly string[]>;
  /** Those whose values the copy compares with what is unchanged. @default {none} */
  readonly compared?: ReadonlySet<string>;
  readonly seed: number;
  /** Cases of a scenario in memory. */
  readonly runs: number;
  /** Cases of a scenario on disk, for what memory did not show. */
  readonly diskRuns: number;
  /** Processes at a time. */
  readonly jobs: number;
  /** How long the scenarios are tried on one mutant. */
  readonly mutantMs: number;
  /** Whether what the scenarios leave is judged by the unit tests beside its file. */
  readonly unit: boolean;
  /** The list of mutants that change nothing of which a requirement speaks. @default {[]} */
  readonly equivalent?: readonly EquivalentMutant[];
  /** What noticed mutants of each file before, and is asked first. @default {{}} */
  readonly noticedBy?: NoticedBy;
  /** Whether those are judged too, which shows that the list is right. @default {false} */
  readonly judgeEquivalent?: boolean;
  readonly onMutant?: (judged: JudgedMutant) => void;
}

/** So many cases more may be tried to reach a scenario's goals. */
const TRIES_FACTOR = 3;
/** A scenario may take so many times as long as without a mutant, and this much more. */
const SLOWER = 10;
const SLOWER_MS = 30_000;
/** The place of a mutant may be run so many times as often as without it, and this many times more. */
const MORE = 100;
const MORE_HITS = 100_000;
const BASELINE_MS_MAX = 300_000;

/**
 * Judges each mutant.
 *
 * @throws {Error} when a scenario is not green on the unchanged source
 */
export async function judgeMutants(
  mutants: readonly Mutant[],
  scenarios: readonly Scenario[],
  options: JudgeMutantsOptions,
): Promise<JudgedMutant[]> {
  const { jobs, copy, equivalent = [], judgeEquivalent = false } = options;
  const workers = new Workers(copy);
  try {
    const { baselines, atLoad } = await measure(scenarios, { ...options, workers });
    const places = options.places ?? placesOf(mutants);
    const likely = new LikelyJudges(options.noticedBy);
    const judged: JudgedMutant[] = [];
    await inParallel(mutants, jobs, async (mutant, slot) => {
      const startMs = performance.now();
      const judgeOnce = async (isAtLoad: boolean): Promise<Tried> => {
        const ids = isAtLoad ? placesAround(places, mutant, atLoad) : new Set([mutant.id]);
        const covering = likely.first(mutant, coveringScenarios(baselines, ids));
        const compared = isAtLoad ? new Set<string>() : (options.compared ?? new Set());
        const own = { ...options, workers, slot, isAtLoad, ids, compared };
        const tried = await judgeByScenarios(mutant, covering, own);
        const isKnown = tried.end === "survived" && compared.has(mutant.id);
        return isKnown ? { ...tried, differs: differsOf(covering, mutant) } : tried;
      };
      const judge = async (): Promise<End> => {
        const first = await judgeOnce(atLoad.has(mutant.id));
        // What is made once in a process was made without the mutant.
        const isMadeBefore = first.end === "survived" && first.ran === false;
        const { ran: _, ...end } = isMadeBefore ? await judgeOnce(true) : first;
        if (end.end === "killed") likely.note(mutant, end.by);
        if (!options.unit || !UNNOTICED.has(end.end)) return end;
        return (await judgeByUnitTests(copy, mutant)) ?? end;
      };
      const entry = equivalentEntry(equivalent, mutant);
      const found = entry === undefined || judgeEquivalent ? await judge() : undefined;
      const isNoticed = found !== undefined && !UNNOTICED.has(found.end);
      const end: End =
        entry !== undefined && !isNoticed
          ? { end: "equivalent", reason: entry.reason }
          : (found ?? { end: "survived" });
      const one = { ...mutant, ...end, durationMs: Math.round(performance.now() - startMs) };
      judged.push(one);
      options.onMutant?.(one);
    });
    return judged.toSorted((one, two) => Number(one.id) - Number(two.id));
  } finally {
    workers.close();
  }
}

type End = Pick<JudgedMutant, "end" | "by" | "requirement" | "reason" | "untried" | "differs">;

/** What scenarios showed, and of a survivor whether its place was run at all. */
type Tried = End & { readonly ran?: boolean };

/** In how many cases a mutant gives another value. */
function differsOf(covering: readonly Baseline[], { id }: Mutant): number {
  return covering.reduce((sum, { answer }) => sum + (answer.differsIn?.[id]?.length ?? 0), 0);
}

const UNNOTICED: ReadonlySet<MutantEnd> = new Set(["survived", "unreached"]);

/** The processes that go from mutant to mutant, one for each of the jobs. */
class Workers {
  readonly #copy: string;
  readonly #slots: (MutantProcess | undefined)[] = [];

  constructor(copy: string) {
    this.#copy = copy;
  }

  /** That of a job; a new one where the last has ended. */
  async of(slot: number): Promise<MutantProcess> {
    const there = this.#slots[slot];
    if (there !== undefined && !there.isEnded) return there;
    const worker = await MutantProcess.start(this.#copy);
    if (worker === undefined) throw new Error("Cannot judge mutants: the copy does not start");
    this.#slots[slot] = worker;
    return worker;
  }

  close(): void {
    for (const worker of this.#slots) worker?.close();
  }
}

async function measure(
  scenarios: readonly Scenario[],
  { seed, runs, jobs, workers }: JudgeMutantsOptions & { readonly workers: Workers },
): Promise<{ readonly baselines: readonly Baseline[]; readonly atLoad: ReadonlySet<string> }> {
  const baselines: Baseline[] = [];
  const atLoad = new Set<string>();
  const inMemory = scenarios.filter(({ worlds = ["memory"] }) => worlds.includes("memory"));
  await inParallel(inMemory, jobs, async ({ name: scenario }, slot) => {
    const worker = await workers.of(slot);
    for (const id of worker.atLoad) atLoad.add(id);
    const order = { scenario, world: "memory", seed, runs, triesFactor: TRIES_FACTOR } as const;
    const answer = await worker.ask(order, BASELINE_MS_MAX);
    if (typeof answer === "string" || !["pass", "skip", "vacuous"].includes(answer.status)) {
      const { status, detail = "" } =
        typeof answer === "string" ? { status: `the process (${answer})` } : answer;
      throw new Error(
        `Cannot judge mutants: ${scenario} ends with ${status} without any (${detail})`,
      );
    }
    for (const id of answer.atLoad ?? []) atLoad.add(id);
    baselines.push({ scenario, answer });
  });
  baselines.sort((one, two) => one.answer.durationMs - two.answer.durationMs);
  return { baselines, atLoad };
}

async function judgeByScenarios(
  { id: mutant }: Mutant,
  covering: readonly Baseline[],
  options: JudgeMutantsOptions & {
    readonly workers: Workers;
    readonly slot: number;
    readonly isAtLoad: boolean;
    readonly ids: ReadonlySet<string>;
  },
): Promise<Tried> {
  const { copy, workers, slot, isAtLoad, seed, mutantMs } = options;
  if (covering.length === 0) return { end: "unreached" };
  const untilMs = performance.now() + mutantMs;
  // Another scenario may blame a requirement for what this one only stumbled over.
  let stumbled: End | undefined;
  let ran = isAtLoad;
  const own = isAtLoad ? await MutantProcess.start(copy, mutant) : undefined;
  if (isAtLoad && own === undefined) return { end: "unblamed", by: "the start of the process" };
  try {
    const all = trialsOf(covering, options);
    for (const [at, { scenario, answer: before, world, runs, cases }] of all.entries()) {
      if (performance.now() > untilMs)
        return stumbled ?? { end: "survived", untried: all.length - at, ran };
      const worker = own ?? (await workers.of(slot));
      const hitsMax = (before.hits?.[mutant] ?? 0) * MORE + MORE_HITS;
      const order = {
        scenario,
        mutant,
        world,
        seed,
        runs,
        triesFactor: TRIES_FACTOR,
        hitsMax,
        ...(cases !== undefined && { cases }),
      };
      const limitMs = before.durationMs * SLOWER + SLOWER_MS;
      const answer = await worker.ask(order, limitMs);
      if (answer === "died") return { end: "unblamed", by: scenario };
      if (answer === "no answer" || answer.status === "endless")
        return { end: "timeout", by: scenario };
      const { status, requirement } = answer;
      ran ||= answer.ran;
      if (requirement !== undefined) return { end: "killed", by: scenario, requirement };
      const isSame =
        status === before.status ||
        status === "skip" ||
        status === "pass" ||
        // Some cases alone need not reach everything that a scenario must reach.
        (status === "vacuous" && cases !== undefined);
      if (!isSame && world === "memory") stumbled ??= { end: "unblamed", by: scenario };
    }
    return stumbled ?? { end: "survived", ran: ran || all.every(({ world }) => world === "disk") };
  } finally {
    own?.close();
  }
}

/** Does the items in turn, some at a time; `slot` says which of those. After a failure nothing more is begun. */
async function inParallel<T>(
  items: readonly T[],
  jobs: number,
  work: (item: T, slot: number) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const ends = await Promise.allSettled(
    Array.from({ length: jobs }, async (_, slot) => {
      try {
        for (let item = queue.shift(); item !== undefined; item = queue.shift())
          await work(item, slot);
      } finally {
        queue.length = 0;
      }
    }),
  );
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
