/**
 * The work of `mlx-conform fuzz`: reads changed inputs and looks for hangs, untyped failures and memory.
 *
 * @module
 */

import { performance } from "node:perf_hooks";
import { pathToFileURL } from "node:url";
import { EXIT_CODES } from "../../../harness/suite/exit_codes.ts";
import { Thread } from "../../../src/node/thread.ts";
import type { ConformContext } from "../conform_context.ts";
import { moduleBeside } from "../module_beside.ts";
import type { FuzzBatch, FuzzFault, FuzzTally } from "./fuzz_batch.ts";
import type { FuzzTargetName } from "./fuzz_target_names.ts";

/** Options of {@linkcode fuzz}. */
export interface FuzzOptions {
  readonly targets: readonly FuzzTargetName[];
  readonly seed: number;
  readonly minutes: number;
  /** Inputs of each target after which it ends, whatever time is left. @default {no limit} */
  readonly inputs?: number | undefined;
  /** Whether inputs that reach a branch for the first time become seeds too. @default {false} */
  readonly isGuided?: boolean | undefined;
}

/** Inputs of a batch, and how long it may take before one of them is said to hang. */
const BATCH = 25;
const BATCH_MS_MAX = 120_000;
/** Memory for what one input makes; a check allows itself 1 GiB in a thread of its own. */
const HEAP_MIB = 1_024;
/** The most that is shown of a finding. */
const SHOWN_LENGTH = 600;

interface Row {
  inputs: number;
  slowestMs: number;
  findings: number;
}

/**
 * Reads changed inputs of each target in turn until the time is over.
 *
 * @returns the exit code
 */
export async function fuzz(
  options: FuzzOptions,
  { writeOut }: Pick<ConformContext, "writeOut">,
): Promise<number> {
  const endMs = performance.now() + options.minutes * 60_000;
  const rows = new Map<FuzzTargetName, Row>();
  let [peakBytes, branches] = [0, 0];
  const isGuided = options.isGuided === true;
  let thread: Thread | undefined;
  const inputsMax = options.inputs ?? Number.POSITIVE_INFINITY;
  for (let round = 0; performance.now() < endMs && round * BATCH < inputsMax; round++) {
    for (const target of options.targets) {
      if (performance.now() >= endMs && round > 0) break;
      const at = new Int32Array(new SharedArrayBuffer(4));
      const count = Math.min(BATCH, inputsMax - round * BATCH);
      const seed = (options.seed * 1_000_003 + round) | 0;
      thread = thread === undefined || thread.isEnded ? startThread() : thread;
      const batch = { target, seed, count, at, isGuided };
      const tally = await runBatch(thread, batch);
      const { inputs, slowestMs, faults } = tally;
      branches = Math.max(branches, tally.branches);
      const row = rows.get(target) ?? { inputs: 0, slowestMs: 0, findings: 0 };
      row.inputs += inputs;
      row.slowestMs = Math.max(row.slowestMs, slowestMs);
      row.findings += faults.length;
      rows.set(target, row);
      peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
      for (const { index, fault, mutations } of faults)
        writeOut(
          `${target}: batch ${seed}, input ${index}: ${fault.slice(0, SHOWN_LENGTH)}\n  ${mutations.slice(0, SHOWN_LENGTH)}\n`,
        );
    }
  }
  await thread?.close();
  if (isGuided) writeOut(`guided: ${branches} branches reached\n`);
  return report(rows, peakBytes, writeOut);
}

function startThread(): Thread {
  const module = moduleBeside("./fuzz_worker", import.meta.url);
  return new Thread(pathToFileURL(module), { heapMiB: HEAP_MIB });
}

/** A batch that does not end, or takes all memory, is a finding about the input that was being read. */
async function runBatch(thread: Thread, batch: FuzzBatch): Promise<FuzzTally> {
  const cpu = process.cpuUsage();
  const outcome = await thread.run(batch, { budget: { leftMs: BATCH_MS_MAX } });
  if (outcome.kind === "done") return outcome.value as FuzzTally;
  await thread.close();
  const { user, system } = process.cpuUsage(cpu);
  // Where others take the machine, a batch may end late without any fault of its inputs.
  if (outcome.kind === "time" && (user + system) / 1000 < BATCH_MS_MAX / 2)
    return { inputs: 0, slowestMs: 0, branches: 0, faults: [] };
  const index = Atomics.load(batch.at, 0);
  const why = {
    time: `It did not end within ${BATCH_MS_MAX / 1000} s`,
    memory: `It took more than ${HEAP_MIB} MiB`,
    failed: outcome.kind === "failed" ? outcome.why : "",
  }[outcome.kind];
  const fault: FuzzFault = { index, fault: why, mutations: "" };
  return { inputs: index + 1, slowestMs: 0, branches: 0, faults: [fault] };
}

function report(
  rows: ReadonlyMap<FuzzTargetName, Row>,
  peakBytes: number,
  writeOut: ConformContext["writeOut"],
): number {
  writeOut(
    `${"target".padEnd(12)}${"inputs".padStart(10)}${"slowest".padStart(12)}${"findings".padStart(10)}\n`,
  );
  for (const [target, { inputs, slowestMs, findings }] of rows)
    writeOut(
      `${target.padEnd(12)}${String(inputs).padStart(10)}${`${Math.round(slowestMs)} ms`.padStart(12)}${String(findings).padStart(10)}\n`,
    );
  const all = [...rows.values()];
  const inputs = all.reduce((sum, row) => sum + row.inputs, 0);
  const findings = all.reduce((sum, row) => sum + row.findings, 0);
  writeOut(
    `${inputs} inputs, ${findings} findings, at most ${Math.round(peakBytes / 1024 / 1024)} MiB of memory\n`,
  );
  return findings === 0 ? EXIT_CODES.conformant : EXIT_CODES["not conformant"];
}
