/**
 * A process that runs scenarios in memory with one mutant of an instrumented copy switched on, as its parent orders. It must
 * be started from the copy.
 *
 * @module
 */

import { runScenario } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import { differingMutants } from "./differing_mutants.ts";
import { haveThreadsRun, switchThreads, takeThreadHits } from "./thread_mutants.ts";

/** What the parent orders: one scenario, with a mutant or none. */
export interface MutantOrder {
  readonly scenario: string;
  /** Undefined: the source as it is; then the answer says which mutants the scenario runs. */
  readonly mutant?: string;
  readonly world: "memory" | "disk";
  readonly seed: number;
  readonly runs: number;
  /** Places of the cases that are run, among those drawn. @default {all} */
  readonly cases?: readonly number[];
  /** So many times as many cases may be tried to reach the scenario's goals. */
  readonly triesFactor: number;
  /** How often the mutant's place may be run, so that no loop goes on for ever. */
  readonly hitsMax?: number;
}

/** What a scenario showed. */
export interface MutantAnswer {
  /** Of the result, or `endless` where the mutant's place was run too often. */
  readonly status: string;
  readonly requirement?: string;
  readonly detail?: string;
  readonly durationMs: number;
  /** Whether the mutant's place was run. */
  readonly ran: boolean;
  /** How often the place of each mutant was run, by its id; of the unchanged source alone. */
  readonly hits?: Readonly<Record<string, number>>;
  /** Which cases ran the place of each mutant, by its id; of the unchanged source alone. */
  readonly casesOf?: Readonly<Record<string, readonly number[]>>;
  /** In which cases each mutant whose values are compared would have given another, by its id; of the unchanged source alone. */
  readonly differsIn?: Readonly<Record<string, readonly number[]>>;
  /** Places that threads ran while their modules were loaded; of the unchanged source alone. */
  readonly atLoad?: readonly string[];
}

/** What the instrumented source reads, and counts. */
interface Switchboard {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: {
    static: Record<string, number>;
    perTest: Record<string, Record<string, number>>;
  };
  /** Gets the value of a place, and those of its mutants. */
  compare?: ((value: unknown, isTest: boolean, others: readonly unknown[]) => void) | undefined;
}

const board = ((globalThis as { __stryker__?: Switchboard }).__stryker__ ??= {});

process.on("message", (order: MutantOrder) => {
  void run(order).then((answer) => process.send?.(answer));
});
// What ran while the modules were loaded can be changed only before that.
process.send?.({ atLoad: Object.keys(board.mutantCoverage?.static ?? {}) });

async function run({
  scenario: name,
  mutant,
  world,
  seed,
  runs,
  cases,
  triesFactor,
  hitsMax,
}: MutantOrder): Promise<MutantAnswer> {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new RangeError(`Cannot find scenario ${name}`);
  if (process.env["__STRYKER_ACTIVE_MUTANT__"] === undefined) board.activeMutant = mutant;
  const counts = mutant === undefined ? new CaseCounts() : undefined;
  const chosen = cases === undefined ? undefined : new Set(cases);
  switchThreads(board.activeMutant);
  board.hitCount = 0;
  board.hitLimit = hitsMax;
  const startMs = performance.now();
  const result = await runScenario(scenario, reference, {
    world,
    seed,
    runs,
    triesFactor,
    shrinkMs: 0,
    isChosen: (place) => {
      counts?.begin(place);
      return chosen?.has(place) ?? true;
    },
  });
  const durationMs = Math.round(performance.now() - startMs);
  const { status, breakage } = result;
  const isEndless = hitsMax !== undefined && (board.hitCount ?? 0) > hitsMax;
  return {
    status: isEndless ? "endless" : status,
    ...(breakage?.requirement !== undefined && { requirement: breakage.requirement }),
    ...(breakage !== undefined && { detail: breakage.detail.slice(0, 300) }),
    durationMs,
    ran: board.hitCount > 0 || haveThreadsRun(),
    ...counts?.end(),
  };
}

/** Counts what each case runs, in the process and in its threads. */
class CaseCounts {
  readonly #hits: Record<string, number> = {};
  readonly #casesOf: Record<string, number[]> = {};
  readonly #differsIn: Record<string, number[]> = {};
  /** Of the case that is run. */
  readonly #differs = new Set<string>();
  readonly #atLoad = new Set<string>();
  #place: number | undefined;

  /** Ends the case before, and begins the next. */
  begin(place: number): void {
    this.#endCase();
    this.#place = place;
    board.currentTestId = `case ${place}`;
    board.compare = (value, isTest, others) => {
      const isKnown = (id: string) => this.#differs.has(id);
      for (const id of differingMutants(value, { isTest, others, isKnown })) this.#differs.add(id);
    };
  }

  end(): Pick<MutantAnswer, "hits" | "casesOf" | "differsIn" | "atLoad"> {
    this.#endCase();
    board.compare = undefined;
    return {
      hits: this.#hits,
      casesOf: this.#casesOf,
      differsIn: this.#differsIn,
      atLoad: [...this.#atLoad],
    };
  }

  #endCase(): void {
    const threads = takeThreadHits();
    for (const id of threads.atLoad) this.#atLoad.add(id);
    const differs = new Set([...this.#differs, ...threads.differs]);
    this.#differs.clear();
    const place = this.#place;
    if (place === undefined) return;
    for (const id of differs) (this.#differsIn[id] ??= []).push(place);
    const perTest = board.mutantCoverage?.perTest ?? {};
    for (const counts of [perTest[`case ${place}`] ?? {}, threads.hits])
      for (const [id, count] of Object.entries(counts)) this.#add(id, { count, place });
    delete perTest[`case ${place}`];
  }

  #add(id: string, { count, place }: { readonly count: number; readonly place: number }): void {
    this.#hits[id] = (this.#hits[id] ?? 0) + count;
    const cases = (this.#casesOf[id] ??= []);
    if (cases.at(-1) !== place) cases.push(place);
  }
}
