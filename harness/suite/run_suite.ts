import { createHash } from "node:crypto";
import { type RequirementId, REQUIREMENTS, type Subject } from "../../spec/mod.ts";
import { HarnessError } from "../errors.ts";
import { runScenario, type RunScenarioOptions } from "../scenario/run_scenario.ts";
import type { Scenario } from "../scenario/scenario.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import type { RunsByWorld, WorldKind } from "../worlds/world.ts";

/** Cases of a scenario that a program is judged by, when the run does not say. */
const PROCESS_RUNS = 4;

/** How a suite is run. */
export interface RunSuiteOptions {
  readonly worlds: readonly WorldKind[];
  readonly seed: number;
  /** Cases of each scenario, by world. */
  readonly runs: RunsByWorld;
  /** Requirement ids and scenario names; none means all. */
  readonly only?: readonly string[];
  /** The part of the run that this machine takes; none means all of it. */
  readonly shard?: Shard | undefined;
  /** Leads straight to one case. */
  readonly path?: string | undefined;
  readonly onResult?: (result: ScenarioResult) => void;
}

/** One scenario in one world. */
export interface SuiteTask {
  readonly scenario: string;
  readonly world: WorldKind;
}

/**
 * The tasks of a run.
 *
 * @throws {RangeError} when a filter names no requirement and no scenario
 */
export function planSuite(
  scenarios: readonly Scenario[],
  options: Pick<RunSuiteOptions, "worlds" | "only" | "shard">,
): SuiteTask[] {
  const only = options.only ?? [];
  for (const name of only) {
    if (Object.hasOwn(REQUIREMENTS, name) || scenarios.some((scenario) => scenario.name === name))
      continue;
    throw new RangeError(`Cannot run only "${name}" as it is neither a requirement nor a scenario`);
  }
  const isWanted = (scenario: Scenario) =>
    only.length === 0 ||
    only.includes(scenario.name) ||
    scenario.covers.some((id) => only.includes(id));
  return options.worlds.flatMap((world) => {
    const all = scenarios
      .filter((scenario) => (scenario.worlds ?? options.worlds).includes(world))
      .map((scenario) => ({ scenario: scenario.name, world, isWanted: isWanted(scenario) }));
    // Each world is dealt out by itself and before the filter, so that no filter moves a task.
    return ownTasks(all, scenarios, options.shard)
      .filter((task) => task.isWanted)
      .map((task) => ({ scenario: task.scenario, world }));
  });
}

function ownTasks<Task extends SuiteTask>(
  all: readonly Task[],
  scenarios: readonly Scenario[],
  shard: Shard | undefined,
): readonly Task[] {
  if (shard === undefined) return all;
  return shardTasks(all, {
    shard,
    costOf: (task) => {
      const scenario = scenarios.find(({ name }) => name === task.scenario);
      return scenario === undefined ? 0 : (scenario.weight ?? 1) * shareOf(scenario, scenarios);
    },
  });
}

/** How one task is run. */
export type TaskOptions = Pick<RunSuiteOptions, "seed" | "runs" | "path"> &
  Pick<RunScenarioOptions, "examples"> & { readonly task: SuiteTask };

/** Runs one task. */
export async function runTask(
  scenarios: readonly Scenario[],
  subject: Subject,
  options: TaskOptions,
): Promise<ScenarioResult> {
  const { task, seed, runs, path, examples } = options;
  const scenario = scenarios.find(({ name }) => name === task.scenario);
  if (scenario === undefined)
    throw new HarnessError(`Cannot run "${task.scenario}": there is no such scenario`);
  const count = Math.ceil((runs[task.world] ?? PROCESS_RUNS) * shareOf(scenario, scenarios));
  return runScenario(scenario, subject, { world: task.world, seed, runs: count, path, examples });
}

/**
 * The part of the cases that a scenario has to run: requirements that several scenarios judge get theirs from all of
 * them. It depends on the whole suite and never on a filter, so that filtering changes no case.
 */
function shareOf(scenario: Scenario, scenarios: readonly Scenario[]): number {
  // What must happen at least once needs all its chances.
  if (scenario.isIncidental === true || (scenario.goals ?? []).length > 0) return 1;
  const shares = scenario.covers.map((id) => {
    const judges = scenarios.filter(
      ({ covers, isIncidental }) => isIncidental !== true && covers.includes(id),
    ).length;
    return 1 / Math.max(1, judges);
  });
  // Not every case judges every requirement: what is shared gets somewhat more than its part.
  return Math.min(1, 1.3 * Math.max(...shares));
}

/** Runs scenarios one after the other in this process. */
export async function runSuite(
  scenarios: readonly Scenario[],
  subject: Subject,
  options: RunSuiteOptions,
): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const task of planSuite(scenarios, options)) {
    const result = await runTask(scenarios, subject, { ...options, task });
    options.onResult?.(result);
    results.push(result);
  }
  return results;
}

/** How one requirement stands. */
export type RequirementStanding =
  | "held"
  | "broken"
  | "deviates"
  | "vacuous"
  | "skipped"
  | "not judged";

/** How one requirement stands after a run. */
export interface RequirementVerdict {
  readonly id: RequirementId;
  readonly standing: RequirementStanding;
  /** Cases in which it was judged, by world. */
  readonly cases: Readonly<Partial<Record<WorldKind, number>>>;
  readonly scenarios: readonly string[];
}

/** Gathers the results of a run by requirement, in the order of the law. */
export function requirementVerdicts(results: readonly ScenarioResult[]): RequirementVerdict[] {
  return (Object.keys(REQUIREMENTS) as RequirementId[]).map((id) => {
    const about = results.filter((result) => result.covers.includes(id));
    const cases: Partial<Record<WorldKind, number>> = {};
    for (const { world, judged } of about) cases[world] = (cases[world] ?? 0) + (judged[id] ?? 0);
    return {
      id,
      standing: standingOf(id, about),
      cases,
      scenarios: [...new Set(about.map(({ scenario }) => scenario))],
    };
  });
}

/** How a requirement stands by the results of the scenarios that cover it. */
export function standingOf(
  id: RequirementId,
  about: readonly ScenarioResult[],
): RequirementStanding {
  const broken = about.flatMap(({ status, breakage, further = [] }) =>
    [breakage, ...further]
      .filter((promise) => promise?.requirement === id)
      .map((promise) => status === "expected-fail" || promise?.isKnown === true),
  );
  if (broken.includes(false)) return "broken";
  if (broken.length > 0) return "deviates";
  if (about.every(({ judged }) => (judged[id] ?? 0) === 0)) {
    return about.some(({ skipped }) => skipped[id] !== undefined) ? "skipped" : "not judged";
  }
  return about.some(({ vacuity }) => vacuity.length > 0) ? "vacuous" : "held";
}

/** Which part of a run a machine takes: the first of four is `{ index: 1, count: 4 }`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/**
 * The tasks of one shard. Each goes to the shard that has the least to do when its turn comes, heavy ones first and equal
 * ones by the digest of scenario and world. So it depends on the whole suite alone: pass all of its tasks, and filter
 * what comes back.
 *
 * @param tasks of the whole suite, in every world
 * @param options the shard, and what a task costs in any unit
 *
 * @example
 * ```ts
 * import { shardTasks } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * const tasks = [1, 2, 3].map((at) => ({ scenario: `test/s${at}`, world: "memory" as const }));
 * const parts = [1, 2].map((index) => shardTasks(tasks, { shard: { index, count: 2 }, costOf: () => 1 }));
 * assert.equal(parts.flat().length, 3);
 * ```
 */
export function shardTasks<Task extends SuiteTask>(
  tasks: readonly Task[],
  options: { readonly shard: Shard; readonly costOf: (task: Task) => number },
): Task[] {
  const { shard, costOf } = options;
  const queue = tasks
    .map((task) => ({ task, cost: costOf(task), digest: digestOf(task) }))
    .toSorted((one, other) => other.cost - one.cost || (one.digest < other.digest ? -1 : 1));
  const loads = Array.from({ length: shard.count }, () => 0);
  const own = new Set<Task>();
  for (const { task, cost } of queue) {
    const at = loads.indexOf(Math.min(...loads));
    loads[at] = (loads[at] ?? 0) + cost;
    if (at === shard.index - 1) own.add(task);
  }
  return tasks.filter((task) => own.has(task));
}

function digestOf({ scenario, world }: SuiteTask): string {
  return createHash("sha256").update(`${scenario}/${world}`).digest("hex");
}
