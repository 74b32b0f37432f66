import type { Level } from "../../spec/mod.ts";
import type { RequirementStanding } from "../suite/run_suite.ts";

/** How a requirement stands, as every report says it. */
export type ShownStanding = RequirementStanding | "not held";

/**
 * The word for a standing: only a MUST is broken. A SHOULD or a MAY that does not hold is *not held*: that is reported, and
 * never changes the verdict.
 *
 * @example
 * ```ts
 * import { shownStanding } from "mlx-layout/harness/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shownStanding("MUST", "broken"), "broken");
 * assert.equal(shownStanding("SHOULD", "broken"), "not held");
 * ```
 */
export function shownStanding(level: Level, standing: RequirementStanding): ShownStanding {
  return level !== "MUST" && standing === "broken" ? "not held" : standing;
}
