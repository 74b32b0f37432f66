/**
 * Reports of a run, for people.
 *
 * @module
 */

export { failureStory, type FailureStoryOptions } from "./failure_story.ts";
export { requirementTable, type RequirementTableOptions } from "./requirement_table.ts";
export { traceTable, type TraceTableOptions } from "./trace_table.ts";
