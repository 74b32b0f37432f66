/**
 * Crashes: recording what a run does to its disk, every disk that a crash can leave, and the judgement of each.
 *
 * @module
 */

export { explainCrash, crashLine, fewestLosses } from "./explain_crash.ts";
export type { CrashChoice, Fate } from "./crash_choice.ts";
export { type CrashPlace, type CrashProcess, startAfterCrash } from "./crash_process.ts";
export { type CrashCase, crashCase, type CrashPromise, type CrashStory } from "./crash_story.ts";
export {
  type Acknowledgement,
  type DiskRecorder,
  type DiskRecording,
  recordDisk,
  type RecordedOperation,
} from "./disk_recording.ts";
export {
  type Coverage,
  type CrashState,
  type EnumerateOptions,
  enumerateStates,
  newCoverage,
} from "./enumerate_states.ts";
export {
  type CrashFinding,
  type CrashReport,
  type CrashTally,
  exploreCrashes,
  type ExploreOptions,
} from "./explore_crashes.ts";
export {
  type ProgramRecorder,
  recordProgram,
  startProgramAfterCrash,
} from "./program_recording.ts";
export { judgeState, type StateJudgement, type StateQuestions } from "./judge_state.ts";
export { inspectState } from "./inspect_state.ts";
export type { CrashViolation, StateLook } from "./state_look.ts";
export type { CachedSnapshots } from "./cached_snapshots.ts";
export { operationName } from "./operation_name.ts";
export {
  type Persistence,
  PERSISTENCE_PROFILES,
  type PersistenceProfile,
} from "./persistence_profile.ts";
export { unsyncedPlacement } from "./unsynced_placement.ts";
