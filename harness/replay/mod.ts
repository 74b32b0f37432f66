/**
 * Failures that can be shown again: written as files, run without the generator, described in words.
 *
 * @module
 */

export { type FailureFacts, failureSignature } from "./failure_signature.ts";
export {
  formatReplay,
  parseReplay,
  type Replay,
  replayFileName,
  replayOf,
  type ReplayOrigin,
} from "./replay.ts";
export { replayTries, type ReplayTries, type ReplayTriesOptions } from "./replay_tries.ts";
export {
  playableReplay,
  type ReplayOutcome,
  runReplay,
  type RunReplayOptions,
} from "./run_replay.ts";
