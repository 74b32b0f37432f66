/**
 * What the fuzzer's parts tell each other.
 *
 * @module
 */

import type { FuzzTargetName } from "./fuzz_target_names.ts";

/** Some inputs of one target; the seed decides which. */
export interface FuzzBatch {
  readonly target: FuzzTargetName;
  readonly seed: number;
  readonly count: number;
  /** Whether inputs that reach a branch for the first time become seeds too. */
  readonly isGuided: boolean;
  /** Where the number of the input that is being read is noted. */
  readonly at: Int32Array;
}

/** One input that was not read as it must be. */
export interface FuzzFault {
  /** Its number in the batch. */
  readonly index: number;
  readonly fault: string;
  /** The changes that made it, as JSON; of a guided run the input itself, in base64. */
  readonly mutations: string;
}

/** What a batch came to. */
export interface FuzzTally {
  readonly inputs: number;
  readonly slowestMs: number;
  /** Branches that have been reached so far; none are counted where the run is not guided. */
  readonly branches: number;
  readonly faults: readonly FuzzFault[];
}
