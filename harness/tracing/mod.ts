/**
 * What a program does, seen from outside by its system calls.
 *
 * @module
 */

export { noteCalls, type NoteCallsOptions, NOTED_CALLS, NOTING_OPTIONS } from "./note_calls.ts";
export { Observation, type OpenedFile } from "./observation.ts";
export { argumentText, descriptorPath, parseStrace, type TracedCall } from "./parse_strace.ts";
export { STRACE, tracerLack } from "./tracer.ts";
