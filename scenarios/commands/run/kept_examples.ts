/**
 * Cases that broke something before, here or elsewhere: a run plays them before it draws any.
 *
 * The database is two directories of replay files: the corpus, which comes with the suite, and the one where runs write their
 * failures. A continuous build that keeps the second one between its runs, or copies it from another machine, hands it on.
 *
 * @module
 */

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { playableReplay, type Replay, type SuiteTask } from "../../../harness/internal.ts";
import { HarnessError } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { readCorpus, readReplay } from "../replay/replay_files.ts";

/** Cases of one scenario in one world; the latest ones are taken. */
const EXAMPLES_MAX = 3;

/** Kept cases by scenario. */
export class KeptExamples {
  readonly #byScenario = new Map<string, Replay["given"][]>();
  /** Why files are passed over, a line for each: no replays, or not of any scenario of today. */
  readonly passedOver: readonly string[];

  private constructor(replays: readonly Replay[], passedOver: readonly string[]) {
    this.passedOver = passedOver;
    for (const { scenario, requirement, given } of replays) {
      // What was no fault of the subject says nothing about another one.
      if (requirement === null) continue;
      const kept = this.#byScenario.get(scenario) ?? [];
      if (kept.length < EXAMPLES_MAX) this.#byScenario.set(scenario, [...kept, given]);
    }
  }

  /**
   * Reads the database.
   *
   * @param directory where runs write the replays of failures; it need not be there
   * @param isWithCorpus whether the corpus is played too
   */
  static async read(directory: string, isWithCorpus: boolean): Promise<KeptExamples> {
    const corpus = isWithCorpus ? (await readCorpus()).map(({ replay }) => replay) : [];
    const passedOver: string[] = [];
    const own: Replay[] = [];
    for (const path of await latestFirst(directory))
      try {
        const replay = await readReplay(path);
        playableReplay(replay, { scenarios });
        own.push(replay);
      } catch (error) {
        if (!(error instanceof RangeError || error instanceof HarnessError)) throw error;
        passedOver.push(`${path}: ${error.message}`);
      }
    return new KeptExamples([...own, ...corpus], passedOver);
  }

  /** The kept cases of a task. */
  of({ scenario }: Pick<SuiteTask, "scenario">): readonly Replay["given"][] {
    return this.#byScenario.get(scenario) ?? [];
  }

  /** How many cases there are for some tasks. */
  count(tasks: readonly SuiteTask[]): number {
    return tasks.reduce((sum, task) => sum + this.of(task).length, 0);
  }
}

async function latestFirst(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new RangeError(`Cannot read the kept examples in "${directory}": ${error.message}`, {
      cause: error,
    });
  });
  const paths = names.filter((name) => name.endsWith(".json")).map((name) => join(directory, name));
  const dated = await Promise.all(
    paths.map(async (path) => ({ path, mtimeMs: (await stat(path)).mtimeMs })),
  );
  return dated
    .toSorted((one, two) => two.mtimeMs - one.mtimeMs || (one.path < two.path ? -1 : 1))
    .map(({ path }) => path);
}
