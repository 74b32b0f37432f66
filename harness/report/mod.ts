/**
 * Reports of a run, for people.
 *
 * @module
 */

export { failureStory, type FailureStoryOptions } from "./failure_story.ts";
export {
  idleScenarios,
  miniatureSummary,
  miniatureTable,
  type MiniatureTableOptions,
} from "./miniature_table.ts";
export { requirementTable, type RequirementTableOptions } from "./requirement_table.ts";
export { traceTable, type TraceTableOptions } from "./trace_table.ts";
export {
  type RequirementTrace,
  traceabilityGaps,
  type TraceabilityGaps,
  traceRequirements,
} from "./traceability.ts";
