import type { Level } from "../../spec/mod.ts";
import type { RequirementStanding } from "../suite/run_suite.ts";

/** How a requirement stands, as every report says it. */
export type ShownStanding = RequirementStanding | "not held" | "not scored";

/**
 * The word for a standing: only a MUST is broken. A SHOULD or a MAY that does not hold is *not held*: that is reported, and
 * never changes the verdict. What came after the frozen set of the run is *not scored*.
 *
 * @example
 * ```ts
 * import { shownStanding } from "mlx-conform/internal";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shownStanding({ level: "MUST" }, "broken"), "broken");
 * assert.equal(shownStanding({ level: "SHOULD" }, "broken"), "not held");
 * assert.equal(shownStanding({ level: "MUST", scored: false }, "broken"), "not scored");
 * ```
 */
export function shownStanding(
  { level, scored }: { readonly level: Level; readonly scored?: false },
  standing: RequirementStanding,
): ShownStanding {
  if (scored === false) return "not scored";
  return level !== "MUST" && standing === "broken" ? "not held" : standing;
}
