/**
 * How long a piece of work takes in a process that does nothing else.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** What a piece of work took. */
export interface Measurement {
  /** Without the start of Node.js, and with that of a program of others. */
  readonly durationMs: number;
  /** Of the same. */
  readonly cpuMs: number;
  /** Undefined for programs of others. */
  readonly rssMiBMax: number | undefined;
}

/** Linux counts the time of processes in hundredths of a second. */
const TICK_MS = 10;

/**
 * Measures work of this process, or of the first programs that it starts.
 *
 * @param options.isProgram whether programs of others do the work
 */
export async function measure(
  work: () => Promise<void>,
  options: { readonly isProgram: boolean },
): Promise<Measurement> {
  const startMs = performance.now();
  const start = process.resourceUsage();
  await work();
  const durationMs = performance.now() - startMs;
  if (options.isProgram) return { durationMs, cpuMs: childrenCpuMs(), rssMiBMax: undefined };
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return {
    durationMs,
    cpuMs: (userCPUTime - start.userCPUTime + systemCPUTime - start.systemCPUTime) / 1000,
    rssMiBMax: maxRSS / 1024,
  };
}

/** The processor time of all children that have ended; Node.js does not tell it. */
function childrenCpuMs(): number {
  if (process.platform !== "linux") return Number.NaN;
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}
