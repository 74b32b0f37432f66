/**
 * What a program does, seen from outside by its system calls.
 *
 * @module
 */

export { noteCalls, type NoteCallsOptions, NOTED_CALLS, NOTING_OPTIONS } from "./note_calls.ts";
export { Observation, type OpenedFile } from "./observation.ts";
export {
  argumentBytes,
  argumentText,
  descriptorPath,
  parseStrace,
  type TracedCall,
} from "./parse_strace.ts";
export { RECORDING_OPTIONS, replayCalls, type ReplayCallsOptions } from "./replay_calls.ts";
export { CHANGES_OPTIONS, tracedChanges, type TracedChange } from "./traced_changes.ts";
export { STRACE, tracerLack } from "./tracer.ts";
