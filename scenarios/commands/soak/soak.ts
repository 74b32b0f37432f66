/**
 * The work of `mlx-conform soak`: fresh cases for some time.
 *
 * Half of the batches are of the long scenario in which anything may go wrong; the others are of any scenario.
 *
 * @module
 */

import { OrderWorker, type WorkOrder, seededRandom } from "../../../harness/internal.ts";
import {
  type Scenario,
  type ScenarioResult,
  WORLD_KINDS,
  type WorldKind,
  failureStory,
} from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import type { ConformContext } from "../conform_context.ts";
import { didYouMean } from "../did_you_mean.ts";
import { moduleBeside } from "../module_beside.ts";
import { replayFileFor, writeReplayFile } from "../replay/replay_files.ts";
import { readKeptBatches, writeKeptBatches } from "./kept_batches.ts";
import { SoakGuide } from "./soak_guide.ts";
import { SoakTally } from "./soak_tally.ts";
import type { BatchAnswer } from "./soak_worker.ts";

/** Cases of one batch. */
const RUNS = { memory: 10, disk: 2 } as const;
/** A scenario with so many steps that each case is worth many. */
const LONG_LIFE = "model_based/any_trouble";

/** How long, on what and how widely a soak runs. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly jobs: number;
  /** Names of scenarios. @default {all} */
  readonly only?: readonly string[];
  readonly replays: string;
  /** Whether what shows new branches or goals is played more often. @default {false} */
  readonly guided?: boolean;
  /** File of the batches of a guided soak that showed something new. */
  readonly kept: string;
}

/**
 * Runs fresh cases until the time is over, and prints each failure as it comes.
 *
 * @returns the exit code
 * @throws {RangeError} when there is no scenario of the wanted names
 */
export async function soak(options: SoakOptions, context: ConformContext): Promise<number> {
  const { minutes, seed, jobs, guided = false, kept } = options;
  const wanted = wantedScenarios(options);
  const guide = new SoakGuide();
  const first = guided ? await keptOrders(kept, wanted) : [];
  const orders = workOrders(seed, wanted, { first, guide: guided ? guide : undefined });
  const print = (text: string) => context.writeOut(`${text}\n`);
  print(`soak of ${reference.name} ${reference.version}: ${minutes} minutes, seed ${seed}`);
  if (guided) print(`guided: ${first.length} kept batches are played first`);
  const tally = new SoakTally();
  const startMs = performance.now();
  const endMs = startMs + minutes * 60_000;
  const report = () => {
    const minutesGone = (performance.now() - startMs) / 60_000;
    print(`minute ${minutesGone.toFixed(1)}: ${tally.line(minutesGone)}`);
  };
  const everyMinute = setInterval(report, 60_000);
  const work = async () => {
    using worker = new OrderWorker<WorkOrder, BatchAnswer>(
      moduleBeside("./soak_worker", import.meta.url),
      { workerArguments: guided ? ["--guided"] : [] },
    );
    // Each worker gets one batch at least, however short the time is.
    do {
      const order = orders.next();
      if (order.done === true) return;
      const { result, branches } = await worker.carryOut(order.value);
      tally.add(result);
      guide.note(result, branches);
      await printFailure(result, options, print);
    } while (performance.now() < endMs);
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    clearInterval(everyMinute);
  }
  if (guided) {
    await writeKeptBatches(kept, guide.kept);
    print(
      `guided: ${guide.branches} branches were run; ${guide.kept.length} batches are kept in ${kept}`,
    );
  }
  report();
  return tally.exitCode;
}

async function printFailure(
  result: ScenarioResult,
  options: SoakOptions,
  print: (text: string) => void,
): Promise<void> {
  if (result.breakage === undefined) return;
  const replay = replayFileFor(result, reference);
  const replayFile = replay && (await writeReplayFile(replay, options.replays));
  print(`\n${failureStory(result, { replayFile })}\n  seed:  ${result.seed}\n`);
}

/** The scenarios to draw from. @throws {RangeError} when there is none */
function wantedScenarios({ only }: SoakOptions): readonly Scenario[] {
  const wanted = scenarios.filter(
    (one) => (only?.includes(one.name) ?? true) && worldsOf(one).length > 0,
  );
  if (wanted.length === 0)
    throw new RangeError(`Unknown scenario "${only?.join(", ")}"${suggestion(only)}`);
  return wanted;
}

function suggestion([name = ""]: readonly string[] = []): string {
  return didYouMean(
    name,
    scenarios.map((one) => one.name),
  );
}

/** The worlds of a scenario that need no program. */
function worldsOf({ worlds }: Scenario): readonly WorldKind[] {
  return WORLD_KINDS.filter((kind) => worlds?.includes(kind) ?? true);
}

/** What a guided soak begins with: what showed something new in an earlier one. @throws {RangeError} when it cannot be read */
async function keptOrders(path: string, wanted: readonly Scenario[]): Promise<WorkOrder[]> {
  const names = new Set(wanted.map(({ name }) => name));
  const kept = await readKeptBatches(path);
  return kept
    .filter(({ task }) => names.has(task.scenario))
    .map((batch) => ({ ...batch, runs: RUNS, path: undefined }));
}

/** Endless batches: without a guide the same seed gives the same ones in the same order. */
function* workOrders(
  seed: number,
  wanted: readonly Scenario[],
  options: { readonly first: readonly WorkOrder[]; readonly guide: SoakGuide | undefined },
): Generator<WorkOrder, void> {
  yield* options.first;
  const random = seededRandom(seed);
  const long = wanted.filter(({ name }) => name === LONG_LIFE);
  const draw = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)];
  const names = wanted.map(({ name }) => name);
  const drawScenario = (): Scenario | undefined => {
    if (options.guide === undefined) return draw(wanted);
    const name = options.guide.draw(names, random);
    return wanted.find((one) => one.name === name);
  };
  for (;;) {
    const scenario = (random() < 0.5 ? long[0] : undefined) ?? drawScenario();
    if (scenario === undefined) return;
    const world = draw(worldsOf(scenario));
    if (world === undefined) return;
    const batchSeed = Math.floor(random() * 2 ** 31);
    yield {
      task: { scenario: scenario.name, world },
      seed: batchSeed,
      runs: RUNS,
      path: undefined,
    };
  }
}
