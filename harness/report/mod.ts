/**
 * Reports of a run, for people.
 *
 * @module
 */

export { failureStory } from "./failure_story.ts";
export { requirementTable, type RequirementTableOptions } from "./requirement_table.ts";
