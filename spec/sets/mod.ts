/**
 * The frozen sets of requirements, and the grades that a client can state by one of them.
 *
 * @module
 */

import set202612 from "./2026-12.json" with { type: "json" };
import withdrawn from "./withdrawn.json" with { type: "json" };
import type { RequirementSet, WithdrawnRequirement } from "./requirement_set.ts";

export { gradeOf } from "./grade_of.ts";
export {
  type FrozenRequirement,
  type Grade,
  GRADES,
  type RequirementSet,
  type WithdrawnRequirement,
} from "./requirement_set.ts";

/** Every frozen set with the SHA-256 of what it says, the oldest first. A set that is here never changes. */
export const REQUIREMENT_SETS: readonly {
  readonly set: RequirementSet;
  readonly sha256: string;
}[] = [
  {
    // A file of JSON has texts where the set has words of a list; a test compares them.
    set: set202612 as RequirementSet,
    sha256: "f7a16b862fc335587669fe387f9b623aca85965c516e0e0c68087a1a6ca076f0",
  },
];

/** The requirements that were withdrawn since the first set, by id. */
export const WITHDRAWN_REQUIREMENTS: Readonly<Record<string, WithdrawnRequirement>> = withdrawn;
