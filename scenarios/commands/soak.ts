/**
 * `mlx-conform soak`: fresh cases for as long as one likes.
 *
 * Half of the batches are lives full of trouble, each with a swarm of its own; the others are of any scenario.
 *
 * @module
 */

import { type Command, InvalidArgumentError } from "commander";
import { OrderWorker, type WorkOrder, seededRandom } from "../../harness/internal.ts";
import {
  failureStory,
  type Scenario,
  type ScenarioResult,
  WORLD_KINDS,
  type WorldKind,
} from "../../harness/mod.ts";
import { scenarios } from "../mod.ts";
import { reference } from "../reference/reference.ts";
import type { ConformContext } from "./conform_context.ts";
import { REPLAYS_DIRECTORY, writeReplay } from "./replay_files.ts";
import { parseCount, parseSeed } from "./run_options.ts";
import { SoakTally } from "./soak_tally.ts";

/** Cases of one batch. */
const RUNS = { memory: 10, disk: 2 } as const;
/** A story with so many steps that each case is worth many. */
const LONG_LIFE = "model_based/any_trouble";

interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly jobs: number;
  readonly only?: string[];
  readonly replays: string;
}

/** Adds the command. */
export function addSoakCommand(program: Command, context: ConformContext): void {
  const readSeed = (text: string) => parseSeed(text, context.random);
  const fresh = Math.floor(context.random() * 2 ** 31);
  program
    .command("soak")
    .description("Judge the reference by fresh cases for some minutes.")
    .option("--minutes <count>", "how long, in minutes", parseMinutes, 30)
    .option("--seed <seed>", "a whole number (default: a fresh one)", readSeed, fresh)
    .option("--jobs <count>", "processes at a time", parseCount, context.jobs)
    .option("--only <name>", "a scenario; may be repeated", collect)
    .option("--replays <directory>", "where failures are written", REPLAYS_DIRECTORY)
    .action(async (options: SoakOptions) => {
      context.finish(await soak(options, context));
    });
}

async function soak(options: SoakOptions, context: ConformContext): Promise<number> {
  const { minutes, seed, jobs } = options;
  const orders = workOrders(seed, wantedScenarios(options));
  const print = (text: string) => context.writeOut(`${text}\n`);
  print(`soak of ${reference.name} ${reference.version}: ${minutes} minutes, seed ${seed}`);
  const tally = new SoakTally();
  const startMs = performance.now();
  const endMs = startMs + minutes * 60_000;
  const report = () => {
    const minutesGone = (performance.now() - startMs) / 60_000;
    print(`minute ${minutesGone.toFixed(1)}: ${tally.line(minutesGone)}`);
  };
  const everyMinute = setInterval(report, 60_000);
  const work = async () => {
    using worker = new OrderWorker<WorkOrder, ScenarioResult>(context.worker);
    // Each worker gets one batch at least, however short the time is.
    do {
      const order = orders.next();
      if (order.done === true) return;
      const result = await worker.carryOut(order.value);
      tally.add(result);
      await tell(result, options, print);
    } while (performance.now() < endMs);
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    clearInterval(everyMinute);
  }
  report();
  return tally.exitCode;
}

async function tell(
  result: ScenarioResult,
  options: SoakOptions,
  print: (text: string) => void,
): Promise<void> {
  if (result.breakage === undefined) return;
  const replayFile = await writeReplay(result, {
    directory: options.replays,
    subject: reference,
  });
  print(`\n${failureStory(result, { replayFile })}\n  seed:  ${result.seed}\n`);
}

/** The scenarios to draw from. @throws {RangeError} when there is none */
function wantedScenarios({ only }: SoakOptions): readonly Scenario[] {
  const wanted = scenarios.filter(
    (one) => (only?.includes(one.name) ?? true) && worldsOf(one).length > 0,
  );
  if (wanted.length === 0)
    throw new RangeError(`Cannot soak only "${only?.join(", ")}": there is no such scenario`);
  return wanted;
}

/** The worlds of a scenario that need no program. */
function worldsOf({ worlds }: Scenario): readonly WorldKind[] {
  return WORLD_KINDS.filter((kind) => worlds?.includes(kind) ?? true);
}

/** Batches without end: the same seed gives the same ones in the same order. */
function* workOrders(seed: number, wanted: readonly Scenario[]): Generator<WorkOrder, void> {
  const random = seededRandom(seed);
  const long = wanted.filter(({ name }) => name === LONG_LIFE);
  const draw = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)];
  for (;;) {
    const scenario: Scenario | undefined = (random() < 0.5 ? long[0] : undefined) ?? draw(wanted);
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

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (text.trim() !== "" && minutes > 0 && minutes <= 100_000) return minutes;
  throw new InvalidArgumentError("It must be a number of minutes above 0.");
}

function collect(text: string, before: string[] = []): string[] {
  return [...before, text];
}
