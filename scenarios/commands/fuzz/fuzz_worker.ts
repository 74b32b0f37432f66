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
import type { FuzzTargetName } from "./fuzz_target_names.ts";
import { FUZZ_TARGETS, faultOf, type FuzzTarget } from "./fuzz_targets.ts";
import { NovelCoverage } from "./novel_coverage.ts";

/** One input may take so long; a check gives up after eight seconds. */
const SLOW_MS = 10_000;

/** Found inputs that are kept of a target, and how large each may be. */
const FOUND_MAX = 500;
const FOUND_BYTES_MAX = 64 * 1024;

const found = new Map<FuzzTargetName, Uint8Array[]>();
let coverage: NovelCoverage | undefined;

async function runBatch({
  target: name,
  seed,
  count,
  at,
  isGuided,
}: FuzzBatch): Promise<FuzzTally> {
  const target: FuzzTarget = FUZZ_TARGETS[name];
  const more = found.get(name) ?? [];
  found.set(name, more);
  const seeds = [...target.seeds(), ...more];
  if (isGuided) coverage ??= new NovelCoverage();
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
    const isNovel = coverage?.isNovel() === true;
    if (isNovel && input.length <= FOUND_BYTES_MAX && more.length < FOUND_MAX) more.push(input);
    const made = isGuided ? Buffer.from(input).toString("base64") : JSON.stringify(mutations);
    if (fault !== undefined) faults.push({ index, fault, mutations: made });
  }
  return { inputs: cases.length, slowestMs, branches: coverage?.branches ?? 0, faults };
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
