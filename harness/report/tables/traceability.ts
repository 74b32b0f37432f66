import { type Profile, type RequirementId, REQUIREMENTS } from "../../../spec/mod.ts";
import type { Miniature } from "../../miniatures/miniature.ts";
import type { Scenario } from "../../scenario/scenario.ts";

/** The scenarios that judge a requirement and the miniatures that break it. */
export interface RequirementTrace {
  readonly id: RequirementId;
  readonly scenarios: readonly string[];
  readonly miniatures: readonly string[];
}

/** What is missing between the law, the scenarios and the miniatures. */
export interface TraceabilityGaps {
  /** Judged requirements of level MUST that no miniature breaks. */
  readonly withoutMiniature: readonly RequirementId[];
  /** Miniatures that break what no scenario judges, with what it is. */
  readonly unjudged: readonly string[];
  /** Scenarios that judge nothing that a miniature breaks. */
  readonly untried: readonly string[];
  /** Names that more than one miniature has. */
  readonly sameName: readonly string[];
}

/** Which scenarios judge and which miniatures break each requirement, in the order of the law. */
export function traceRequirements(
  scenarios: readonly Scenario[],
  miniatures: readonly Miniature[],
): RequirementTrace[] {
  return (Object.keys(REQUIREMENTS) as RequirementId[]).map((id) => ({
    id,
    scenarios: scenarios.filter(({ covers }) => covers.includes(id)).map(({ name }) => name),
    miniatures: miniatures.filter(({ breaks }) => breaks.includes(id)).map(({ name }) => name),
  }));
}

/**
 * What is missing: a MUST that is judged and that no miniature breaks, a miniature that nothing can catch.
 *
 * @param options the profiles of the requirements that need a miniature
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { miniatures, traceabilityGaps } from "mlx-conform/internal";
 * import { scenarios } from "mlx-conform/scenarios";
 *
 * const gaps = traceabilityGaps(scenarios, miniatures, { profiles: ["core", "offline"] });
 * assert.deepEqual(gaps.withoutMiniature, []);
 * ```
 */
export function traceabilityGaps(
  scenarios: readonly Scenario[],
  miniatures: readonly Miniature[],
  options: { readonly profiles: readonly Profile[] },
): TraceabilityGaps {
  const traces = traceRequirements(scenarios, miniatures);
  const names = miniatures.map(({ name }) => name);
  const broken = new Set(miniatures.flatMap(({ breaks }) => breaks));
  return {
    withoutMiniature: traces
      .filter((trace) => trace.scenarios.length > 0 && trace.miniatures.length === 0)
      .map(({ id }) => id)
      .filter((id) => {
        const { level, profile } = REQUIREMENTS[id];
        return level === "MUST" && options.profiles.includes(profile);
      }),
    unjudged: traces
      .filter((trace) => trace.scenarios.length === 0)
      .flatMap(({ id, miniatures: names }) => names.map((name) => `${name}: ${id}`)),
    untried: scenarios
      .filter(({ covers }) => !covers.some((id) => broken.has(id)))
      .map(({ name }) => name),
    sameName: names.filter((name, at) => names.indexOf(name) !== at),
  };
}
