/**
 * The reports of a run's failures, printed when they happen.
 *
 * @module
 */

import { failureStory } from "../../../harness/mod.ts";
import type { ConformContext } from "../conform_context.ts";
import { writeReplayFile } from "../replay/replay_files.ts";
import { type RunOptions, storyRuns } from "./run_options.ts";
import type { RunFailure } from "./run_report.ts";

/** Writes the replay file of each failure, and prints how it came about, one after the other. */
export class ShownFailures {
  readonly #options: Pick<RunOptions, "subject" | "replays" | "runs">;
  readonly #writeOut: ConformContext["writeOut"];
  #shown: Promise<void> = Promise.resolve();

  constructor(
    options: Pick<RunOptions, "subject" | "replays" | "runs">,
    { writeOut }: Pick<ConformContext, "writeOut">,
  ) {
    this.#options = options;
    this.#writeOut = writeOut;
  }

  /** Resolves when everything is printed. @throws what kept a replay file from being written */
  get shown(): Promise<void> {
    return this.#shown;
  }

  /** Prints the reports of failures behind those before them. */
  show(failures: readonly RunFailure[]): void {
    for (const failure of failures) this.#shown = this.#shown.then(() => this.#print(failure));
    // The caller that waits for the end gets the rejection.
    this.#shown.catch(() => {});
  }

  async #print({ result, replay }: RunFailure): Promise<void> {
    const { subject, replays, runs } = this.#options;
    const replayFile = replay && (await writeReplayFile(replay, replays));
    const story = failureStory(result, { subject, replayFile, runs: storyRuns(runs) });
    if (story !== undefined) this.#writeOut(`\n${story}\n`);
  }
}
