/**
 * What makes `mlx-conform fuzz --guided` go on with an input.
 *
 * @module
 */

import { Session, type Profiler } from "node:inspector";

/** Scripts whose branches count: ours. */
const OWN_SCRIPT = /\/(?:src|harness)\/[^?]*\.[jt]s/;

/** Notices inputs that reach a branch of our code that none before them has reached, by the coverage that V8 counts. */
export class NovelCoverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** How many branches have been reached. */
  get branches(): number {
    return this.#seen.size;
  }

  /** Whether any branch was reached for the first time since this was asked last. */
  isNovel(): boolean {
    return this.takeNew().length > 0;
  }

  /** The branches that were reached for the first time since this was asked last, by script and place. */
  takeNew(): readonly string[] {
    const found: string[] = [];
    // The answer comes within the call, as the session is one of this thread.
    this.#session.post("Profiler.takePreciseCoverage", (error, taken) => {
      if (error === null) this.#note(taken.result, found);
    });
    return found;
  }

  #note(scripts: readonly Profiler.ScriptCoverage[], found: string[]): void {
    for (const { url, functions } of scripts) {
      if (!OWN_SCRIPT.test(url)) continue;
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0) {
            const branch = `${url} ${startOffset} ${endOffset}`;
            if (this.#seen.has(branch)) continue;
            this.#seen.add(branch);
            found.push(branch);
          }
    }
  }
}
