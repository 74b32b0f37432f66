/**
 * A process that runs scenarios in memory with one mutant of an instrumented copy switched on, as its parent orders. It must
 * be started from the copy.
 *
 * @module
 */

import { runScenario } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import { switchThreads, takeThreadHits } from "./thread_mutants.ts";

/** What the parent orders: one scenario, with a mutant or none. */
export interface MutantOrder {
  readonly scenario: string;
  /** Undefined: the source as it is; then the answer says which mutants the scenario runs. */
  readonly mutant?: string;
  readonly world: "memory" | "disk";
  readonly seed: number;
  readonly runs: number;
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
  /** How often the place of each mutant was run, by its id; of the unchanged source alone. */
  readonly hits?: Readonly<Record<string, number>>;
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
  triesFactor,
  hitsMax,
}: MutantOrder): Promise<MutantAnswer> {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new RangeError(`Cannot find scenario ${name}`);
  if (process.env["__STRYKER_ACTIVE_MUTANT__"] === undefined) board.activeMutant = mutant;
  if (mutant === undefined) board.currentTestId = name;
  switchThreads(board.activeMutant);
  board.hitCount = hitsMax === undefined ? undefined : 0;
  board.hitLimit = hitsMax;
  const startMs = performance.now();
  const result = await runScenario(scenario, reference, {
    world,
    seed,
    runs,
    triesFactor,
    shrinkMs: 0,
  });
  const durationMs = Math.round(performance.now() - startMs);
  const { status, breakage } = result;
  const isEndless = hitsMax !== undefined && (board.hitCount ?? 0) > hitsMax;
  return {
    status: isEndless ? "endless" : status,
    ...(breakage?.requirement !== undefined && { requirement: breakage.requirement }),
    ...(breakage !== undefined && { detail: breakage.detail.slice(0, 300) }),
    durationMs,
    ...(mutant === undefined && hitsOf(name)),
  };
}

/** What ran in the process and in its threads. */
function hitsOf(scenario: string): Pick<MutantAnswer, "hits" | "atLoad"> {
  const own = board.mutantCoverage?.perTest[scenario] ?? {};
  const { hits, atLoad } = takeThreadHits();
  const both = Object.entries(hits).map(([id, count]) => [id, count + (own[id] ?? 0)] as const);
  return { hits: { ...own, ...Object.fromEntries(both) }, atLoad };
}
