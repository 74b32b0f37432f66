/**
 * Processes that measure one piece of work each, and what their figures come to.
 *
 * @module
 */

import { type ChildProcess, fork, type Serializable } from "node:child_process";
import { once } from "node:events";
import { moduleBeside } from "../commands/module_beside.ts";
import type { Measurement } from "./measure.ts";

/** Starts a module of this folder as a process. */
export function startProcess(module: string): ChildProcess {
  return fork(moduleBeside(module, import.meta.url), {
    // As `mlx-layout` starts itself; see its first lines.
    env: { UV_THREADPOOL_SIZE: "16", ...process.env },
    execArgv: [...process.execArgv, "--max-semi-space-size=2"],
  });
}

/**
 * The first message of a process.
 *
 * @throws {Error} when it ends before that
 */
export async function answerOf<T>(child: ChildProcess, attempt: string): Promise<T> {
  const ended = once(child, "exit").then(() => {
    throw new Error(`Cannot ${attempt}: the process ended, and its output above says why`);
  });
  ended.catch(() => undefined);
  const [answer] = await Promise.race([once(child, "message") as Promise<[T]>, ended]);
  return answer;
}

/** Starts a module of this folder, gives it an order, and waits for its answer and its end. */
export async function askProcess<T = Measurement>(
  module: string,
  order: Serializable,
  attempt: string,
): Promise<T> {
  const child = startProcess(module);
  child.send(order);
  const answer = await answerOf<T>(child, attempt);
  if (child.exitCode === null) await once(child, "exit");
  return answer;
}

/** The median of one figure of all rounds. */
export function median(rounds: readonly Measurement[] = [], field: keyof Measurement): number {
  const sorted = rounds
    .map((round) => round[field] ?? Number.NaN)
    .toSorted((one, two) => one - two);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The medians in words. */
export function describeAll(rounds: readonly Measurement[] = []): string {
  const seconds = (median(rounds, "durationMs") / 1000).toFixed(2);
  const cpuSeconds = (median(rounds, "cpuMs") / 1000).toFixed(2);
  const memory = median(rounds, "rssMiBMax");
  const most = Number.isNaN(memory) ? "" : `, ${Math.round(memory)} MiB at most`;
  return `${seconds} s, ${cpuSeconds} s of processor${most}`;
}
