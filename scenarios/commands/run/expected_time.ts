/**
 * How long a run will take, before its first case.
 *
 * @module
 */

import { availableParallelism } from "node:os";
import type { SuiteTask } from "../../../harness/internal.ts";
import type { RunsByWorld } from "../../../harness/worlds/world.ts";
import type { SubjectPace } from "../resolve_subject.ts";
import { type LastResults, lastResultKey } from "./last_results.ts";

/** From this part of the scenarios on, their last durations are a basis for the others too. */
const KNOWN_SHARE_MIN = 0.5;
/** Starts of a program for each scenario and case that is asked for, and time that goes by in deadlines; as measured on the honest adapters. */
const STARTS_PER_CASE = 3;
const WAITING_MS_PER_SCENARIO = 900;

/** What is known of a run before it begins. */
export interface ExpectedTimeOptions {
  readonly tasks: readonly SuiteTask[];
  readonly last: LastResults;
  readonly runs: RunsByWorld;
  /** Processes at a time. */
  readonly jobs: number;
  /** How quick the program was when it was started; none for the reference. */
  readonly pace?: SubjectPace | undefined;
}

/** How long a run will take, and why it is thought so. */
export interface ExpectedTime {
  /** Undefined where nothing is known. */
  readonly expectedMs: number | undefined;
  /** Why, for people. */
  readonly basis: string;
  /** What a task takes, in milliseconds of one process. */
  readonly costOf: (task: SuiteTask) => number;
}

/** Says how long a run will take: by the last results of its scenarios, else by how quick the program was at its start. */
export function expectedTime(options: ExpectedTimeOptions): ExpectedTime {
  const { tasks, last, runs, jobs, pace } = options;
  const known = new Map<string, number>();
  const dates: string[] = [];
  for (const task of tasks) {
    const result = last[lastResultKey(task)];
    if (result === undefined) continue;
    const asked = runs[task.world] ?? result.runs;
    const ratio = result.runs > 0 && asked > 0 ? asked / result.runs : 1;
    known.set(lastResultKey(task), result.durationMs * ratio);
    dates.push(result.at.slice(0, 10));
  }
  const mean = [...known.values()].reduce((sum, ms) => sum + ms, 0) / Math.max(1, known.size);
  const costOf = (task: SuiteTask) => known.get(lastResultKey(task)) ?? Math.max(1, mean);
  if (known.size > 0 && known.size >= KNOWN_SHARE_MIN * tasks.length) {
    const sum = tasks.reduce((total, task) => total + costOf(task), 0);
    const basis = `by its last results here, of ${dates.toSorted().at(-1)}`;
    return { expectedMs: sum / Math.min(jobs, tasks.length), basis, costOf };
  }
  if (pace === undefined) return { expectedMs: undefined, basis: "nothing is known yet", costOf };
  const starts = tasks.length * (runs.process ?? 1) * STARTS_PER_CASE;
  const startMs = pace.downloadMs ?? pace.helloMs;
  const busyMs = (starts * startMs) / Math.min(jobs, availableParallelism());
  const waitingMs = (tasks.length * WAITING_MS_PER_SCENARIO) / jobs;
  const what =
    pace.downloadMs === undefined ? "its hello took" : "its hello and a plain download took";
  const basis = `as ${what} ${(startMs / 1000).toFixed(1)} s; what it breaks is tried again and takes longer`;
  return { expectedMs: busyMs + waitingMs, basis, costOf };
}
