import type { Subject } from "../../spec/mod.ts";
import type { Replay } from "../replay/replay.ts";
import { type ReplayOutcome, runReplay } from "../replay/run_replay.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { WorldKind } from "../worlds/world.ts";
import { type TraceEvent, WorldTrace } from "../worlds/world_trace.ts";
import {
  planSuite,
  type RunSuiteOptions,
  runTask,
  type SuiteTask,
  type TaskOptions,
} from "./run_suite.ts";
import { orderFromWorkers, serveOrders } from "./worker_pool.ts";

/** What a worker is asked. */
export type WorkOrder = TaskOptions;

/** Options of {@linkcode runParallel}. */
export interface RunParallelOptions extends RunSuiteOptions {
  /** Processes at a time. */
  readonly jobs: number;
  /** Path of a module that calls {@linkcode serveScenarios}. */
  readonly worker: string;
  /** @default {[]} */
  readonly workerArguments?: readonly string[];
  /** Program and arguments that the start of each process is put behind. @default {[]} */
  readonly launcher?: readonly string[];
  /** Kept cases of a task, which are played before any is drawn. @default {none} */
  readonly examplesOf?: ((task: SuiteTask) => TaskOptions["examples"]) | undefined;
  /** Called with each task when a process takes it. */
  readonly onStart?: (task: SuiteTask) => void;
  /** Ends the run: what was not judged by then is not judged. @default {nothing does} */
  readonly signal?: AbortSignal | undefined;
  /** Whether nobody but the subject can end a process, so that its end is the subject's doing. @default {false} */
  readonly isSealed?: boolean;
}

/**
 * Runs scenarios in several processes. The cases, and so the results, are those of a run in one process:
 * each scenario's seed depends on nothing but the run's seed, its name and its world.
 *
 * @returns the results in the order of the plan; after the signal only those that had come
 */
export async function runParallel(
  scenarios: readonly Scenario[],
  options: RunParallelOptions,
): Promise<ScenarioResult[]> {
  const { worlds, only, shard, seed, runs, path, jobs, worker, onResult } = options;
  const { launcher, workerArguments, onStart, signal, examplesOf } = options;
  const tasks = planSuite(scenarios, { worlds, shard, ...(only === undefined ? {} : { only }) });
  const orders = tasks.map((task): WorkOrder => ({
    task,
    seed,
    runs,
    path,
    examples: examplesOf?.(task),
  }));
  return orderFromWorkers(orders, {
    jobs,
    worker,
    launcher,
    workerArguments,
    signal,
    onLost: options.isSealed === true ? lostResult(scenarios) : undefined,
    onStart: (at) => {
      const task = tasks[at];
      if (task !== undefined) onStart?.(task);
    },
    onAnswer: onResult,
  });
}

/** The result of a scenario whose process the subject ended. */
function lostResult(scenarios: readonly Scenario[]): (order: WorkOrder) => ScenarioResult {
  const detail =
    "the process that plays the scenario was ended from within its own namespace, where only the subject's processes are";
  return ({ task, seed }) => ({
    ...task,
    status: "subject-crash",
    covers: scenarios.find(({ name }) => name === task.scenario)?.covers ?? [],
    judged: {},
    skipped: {},
    vacuity: [],
    breakage: { requirement: undefined, counterexample: "", path: "", detail },
    seed,
    cases: 0,
    durationMs: 0,
  });
}

/**
 * The other side of {@linkcode runParallel}: answers each order with a result until the parent is gone. The order to play
 * a replay is answered with what came of it.
 */
export function serveScenarios(scenarios: readonly Scenario[], subject: Subject): void {
  serveOrders((order: WorkOrder | ReplayOrder): Promise<ScenarioResult | ReplayPlay> =>
    "replay" in order
      ? playReplay(order, { scenarios, subject })
      : runTask(scenarios, subject, order),
  );
}

/** What a worker is asked that is to play a replay once; plain data. */
export interface ReplayOrder {
  readonly replay: Replay;
  readonly world: WorldKind;
  /** Whether to note what happens; of a program that takes time. @default {false} */
  readonly isTraced?: boolean | undefined;
}

/** What a worker answers to that; plain data. */
export interface ReplayPlay {
  readonly outcome: ReplayOutcome;
  /** What happened in the world; nothing where it was not traced. */
  readonly events: readonly TraceEvent[];
}

/**
 * Plays a replay once, and notes what happens where that is asked for.
 *
 * @throws {RangeError} when there is no such scenario, or it has no such world
 * @throws {HarnessError} when the case cannot be read
 */
export async function playReplay(
  { replay, world, isTraced = false }: ReplayOrder,
  { scenarios, subject }: { readonly scenarios: readonly Scenario[]; readonly subject: Subject },
): Promise<ReplayPlay> {
  const trace = isTraced ? new WorldTrace() : undefined;
  const outcome = await runReplay(replay, { scenarios, subject, world, trace });
  return { outcome, events: trace?.events ?? [] };
}
