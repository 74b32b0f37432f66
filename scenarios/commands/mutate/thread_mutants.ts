/**
 * What the threads of a process that judges mutants share with it: which mutant is switched on, and how often each place was run.
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

/** Under which name threads find the shared memory. */
const KEY = "mlx-layout-mutants";
/** More than the source has mutants. */
const MUTANTS_MAX = 65_536;
const ACTIVE = "__STRYKER_ACTIVE_MUTANT__";
const NONE = -1;

/** Word 0 is the mutant that is on; then come the counts of each place, and the counts while a thread's modules were loaded. */
const words = (() => {
  const shared = isMainThread ? undefined : getEnvironmentData(KEY);
  if (shared instanceof SharedArrayBuffer) return new Int32Array(shared);
  const own = new Int32Array(new SharedArrayBuffer(4 * (1 + 2 * MUTANTS_MAX))).fill(NONE, 0, 1);
  setEnvironmentData(KEY, own.buffer);
  return own;
})();

/** Switches a mutant on in all threads; undefined switches it off. */
export function switchThreads(mutant: string | undefined): void {
  Atomics.store(words, 0, mutant === undefined ? NONE : Number(mutant));
}

/** How often the threads ran each place since the last question, and the places that they ran while their modules were loaded. */
export function takeThreadHits(): {
  readonly hits: Readonly<Record<string, number>>;
  readonly atLoad: readonly string[];
} {
  const hits: Record<string, number> = {};
  const atLoad: string[] = [];
  for (let id = 0; id < MUTANTS_MAX; id++) {
    const count = Atomics.exchange(words, 1 + id, 0);
    if (count > 0) hits[String(id)] = count;
    if (Atomics.load(words, 1 + MUTANTS_MAX + id) > 0) atLoad.push(String(id));
  }
  return { hits, atLoad };
}

if (!isMainThread) {
  let isLoaded = false;
  const port = parentPort;
  if (port !== null) {
    const post = port.postMessage.bind(port);
    // A thread says that it is ready when its modules are loaded.
    port.postMessage = (...message) => {
      isLoaded = true;
      post(...message);
    };
  }
  const counts = new Proxy<Record<string, number>>(
    {},
    {
      get: () => 0,
      set: (_, id) => {
        const at = Number(id);
        Atomics.add(words, 1 + at, 1);
        if (!isLoaded) Atomics.add(words, 1 + MUTANTS_MAX + at, 1);
        return true;
      },
    },
  );
  Object.assign(globalThis, {
    __stryker__: {
      mutantCoverage: { static: counts, perTest: {} },
      get activeMutant() {
        const on = Atomics.load(words, 0);
        return process.env[ACTIVE] ?? (on === NONE ? undefined : String(on));
      },
    },
  });
}
