/**
 * The thread in which inputs are read; it is ended when one of them does not end.
 *
 * @module
 */

import { performance } from "node:perf_hooks";
import { parentPort } from "node:worker_threads";
import fc from "fast-check";
import { anyMutations, mutate } from "../../../harness/arbitraries/any_mutation.ts";
import type { ThreadMessage } from "../../../src/node/thread.ts";
import type { FuzzBatch, FuzzFault, FuzzTally } from "./fuzz_batch.ts";
import { FUZZ_TARGETS, faultOf, type FuzzTarget } from "./fuzz_targets.ts";

/** One input may take so long; a check gives up after eight seconds. */
const SLOW_MS = 10_000;

async function runBatch({ target: name, seed, count, at }: FuzzBatch): Promise<FuzzTally> {
  const target: FuzzTarget = FUZZ_TARGETS[name];
  const seeds = target.seeds();
  const cases = fc.sample(fc.tuple(fc.nat(seeds.length - 1), anyMutations()), {
    numRuns: count,
    seed,
  });
  const faults: FuzzFault[] = [];
  let slowestMs = 0;
  for (const [index, [from, mutations]] of cases.entries()) {
    Atomics.store(at, 0, index);
    const input = mutate(seeds[from] ?? new Uint8Array(), mutations);
    const beganMs = performance.now();
    const cpu = process.cpuUsage();
    let fault: string | undefined;
    try {
      await target.read(input);
    } catch (error) {
      fault = faultOf(error);
    }
    const tookMs = performance.now() - beganMs;
    slowestMs = Math.max(slowestMs, tookMs);
    const { user, system } = process.cpuUsage(cpu);
    if (Math.min(tookMs, (user + system) / 1000) > SLOW_MS)
      fault ??= `It took ${Math.round(tookMs)} ms`;
    if (fault !== undefined) faults.push({ index, fault, mutations: JSON.stringify(mutations) });
  }
  return { inputs: cases.length, slowestMs, faults };
}

function send(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

parentPort?.on("message", (batch: FuzzBatch) => {
  void runBatch(batch).then(
    (value) => send({ kind: "done", value }),
    (error: unknown) => send({ kind: "failed", why: String(error) }),
  );
});
send({ kind: "ready" });
