/**
 * The outside world of this machine, made of Node's own interfaces; nothing else in the reference reaches it.
 *
 * @module
 */

import type { Clock, Host } from "../spec/mod.ts";
import { nodeFetch, type NodeFetchOptions } from "./node/node_fetch.ts";
import { nodeFiles } from "./node/node_files.ts";
import { nodeProcesses } from "./node/node_processes.ts";
import { nodePrograms } from "./node/node_programs.ts";

/** Options of {@linkcode nodeHost}. */
export type NodeHostOptions = NodeFetchOptions;

/** The longest wait of one timer of the platform; a longer one would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * Builds the host of this machine: its disk, network, clock, process table and programs.
 *
 * @returns a host; each has its own network connections
 *
 * @example Usage
 * ```ts
 * import { nodeHost } from "mlx-layout";
 * import assert from "node:assert/strict";
 *
 * const host = nodeHost();
 * assert.equal(host.processes.isAlive(host.processes.pid), true);
 * ```
 */
export function nodeHost(options: NodeHostOptions = {}): Host {
  return {
    files: nodeFiles(),
    fetch: nodeFetch(options),
    clock: nodeClock(),
    random: () => Math.random(),
    processes: nodeProcesses(),
    programs: nodePrograms(),
  };
}

function nodeClock(): Clock {
  return {
    now: () => Date.now(),
    elapsedMs: () => performance.now(),
    async sleep(durationMs, signal) {
      for (let leftMs = durationMs; ; leftMs -= TIMER_MS_MAX) {
        await timer(Math.min(Math.max(leftMs, 0), TIMER_MS_MAX), signal);
        if (leftMs <= TIMER_MS_MAX) return;
      }
    },
  };
}

function timer(durationMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(handle);
      reject(signal?.reason);
    };
    const handle = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, durationMs);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
