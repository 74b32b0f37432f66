import type { ReplayOutcome } from "./run_replay.ts";

/** How a replay that may not fail every time is played. */
export interface ReplayTriesOptions {
  /** Most times that it is played. */
  readonly triesMax: number;
}

/** What came of playing a replay again and again. */
export interface ReplayTries<Play> {
  /** The play that counts: the one that shows the failure again, else the worst. */
  readonly play: Play;
  /** How often it was played. */
  readonly count: number;
}

/** From the worst to the best, as verdicts are; what proves nothing says less than what holds. */
const ORDER: readonly ReplayOutcome["outcome"][] = [
  "breaks",
  "harness failed",
  "subject failed",
  "holds",
  "proves nothing",
];

/**
 * Plays a replay until it shows its failure again. Processes have a timing of their own, so a failure of theirs may need
 * more than one try.
 *
 * @param playOnce plays it once
 */
export async function replayTries<Play extends { readonly outcome: ReplayOutcome }>(
  playOnce: () => Promise<Play>,
  { triesMax }: ReplayTriesOptions,
): Promise<ReplayTries<Play>> {
  const rank = ({ outcome }: Play) => ORDER.indexOf(outcome.outcome);
  let play = await playOnce();
  let count = 1;
  let worst = play;
  while (count < triesMax && !play.outcome.isSameFailure) {
    play = await playOnce();
    count++;
    if (rank(play) < rank(worst)) worst = play;
  }
  return { play: play.outcome.isSameFailure ? play : worst, count };
}
