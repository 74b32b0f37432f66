/**
 * What the threads of a process that judges mutants share with it: which mutant is switched on, how often each place was run, and
 * which mutants would have given another value.
 * The instrumented source knows both by a global object, and each thread has one of its own.
 *
 * The process imports it before everything else (`--import`), and so do its threads.
 *
 * @module
 */

import {
  getEnvironmentData,
  isMainThread,
  parentPort,
  setEnvironmentData,
} from "node:worker_threads";
import { differingMutants } from "./differing_mutants.ts";

/** Under which name threads find the shared memory. */
const KEY = "mlx-layout-mutants";
/** More than the source has mutants. */
const MUTANTS_MAX = 65_536;
const ACTIVE = "__STRYKER_ACTIVE_MUTANT__";
const NONE = -1;

/** In the shared memory: the mutant that is on; whether it was run; how often each place was, and while a thread's modules were loaded; who differed. */
const RAN_AT = 1;
const HITS_AT = 2;
const LOAD_HITS_AT = HITS_AT + MUTANTS_MAX;
const DIFFERS_AT = LOAD_HITS_AT + MUTANTS_MAX;
const words = (() => {
  const shared = isMainThread ? undefined : getEnvironmentData(KEY);
  if (shared instanceof SharedArrayBuffer) return new Int32Array(shared);
  const own = new Int32Array(new SharedArrayBuffer(4 * (DIFFERS_AT + MUTANTS_MAX))).fill(
    NONE,
    0,
    1,
  );
  setEnvironmentData(KEY, own.buffer);
  return own;
})();

/** Switches a mutant on in all threads; undefined switches it off. */
export function switchThreads(mutant: string | undefined): void {
  Atomics.store(words, 0, mutant === undefined ? NONE : Number(mutant));
  Atomics.store(words, RAN_AT, 0);
}

/** Whether a thread ran the place of the mutant since that was switched on. */
export function haveThreadsRun(): boolean {
  return Atomics.load(words, RAN_AT) > 0;
}

/** How often the threads ran each place since the last question, which mutants would have given another value, and the places that they ran while their modules were loaded. */
export function takeThreadHits(): {
  readonly hits: Readonly<Record<string, number>>;
  readonly differs: readonly string[];
  readonly atLoad: readonly string[];
} {
  const hits: Record<string, number> = {};
  const differs: string[] = [];
  const atLoad: string[] = [];
  for (let id = 0; id < MUTANTS_MAX; id++) {
    const count = Atomics.exchange(words, HITS_AT + id, 0);
    if (count > 0) hits[String(id)] = count;
    if (Atomics.exchange(words, DIFFERS_AT + id, 0) > 0) differs.push(String(id));
    if (Atomics.load(words, LOAD_HITS_AT + id) > 0) atLoad.push(String(id));
  }
  return { hits, differs, atLoad };
}

if (!isMainThread) {
  // The variables of a process are slow to read, and this is asked at each place.
  const always = process.env[ACTIVE];
  const later = words.subarray(HITS_AT, LOAD_HITS_AT);
  const coverage = { static: words.subarray(LOAD_HITS_AT, DIFFERS_AT), perTest: {} };
  const port = parentPort;
  if (port !== null) {
    const post = port.postMessage.bind(port);
    // A thread says that it is ready when its modules are loaded.
    port.postMessage = (...message) => {
      coverage.static = later;
      post(...message);
    };
  }
  Object.assign(globalThis, {
    __stryker__: {
      mutantCoverage: coverage,
      // The instrumented source counts here how often the mutant that is on is run.
      get hitCount() {
        return 0;
      },
      set hitCount(_count: number) {
        Atomics.store(words, RAN_AT, 1);
      },
      compare: (value: unknown, isTest: boolean, others: readonly unknown[]) => {
        if (Atomics.load(words, 0) !== NONE) return;
        const isKnown = (id: string) => words[DIFFERS_AT + Number(id)] === 1;
        for (const id of differingMutants(value, { isTest, others, isKnown }))
          Atomics.store(words, DIFFERS_AT + Number(id), 1);
      },
      get activeMutant() {
        const on = Atomics.load(words, 0);
        return always ?? (on === NONE ? undefined : String(on));
      },
    },
  });
}
