import { createHash } from "node:crypto";
import type { SuiteTask } from "../suite/run_suite.ts";

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
 * import { shardTasks } from "mlx-layout/harness";
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
