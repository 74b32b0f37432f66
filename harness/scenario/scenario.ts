import fc from "fast-check";
import type { RequirementId } from "../../spec/mod.ts";
import type { World, WorldKind, WorldOptions } from "../worlds/world.ts";
import type { Verdict } from "./verdict.ts";

/** A story that judges requirements, as its author writes it. */
export interface ScenarioDefinition<Given extends Record<string, unknown>> {
  /** Area and event, such as `download/resume`. */
  readonly name: string;
  readonly covers: readonly RequirementId[];
  /** What varies from case to case. */
  readonly given: { readonly [Key in keyof Given]: fc.Arbitrary<Given[Key]> };
  /** What must have happened in at least one case, or the scenario proves nothing. */
  readonly goals?: readonly string[];
  /** Whether it judges what happens to come up: its cases do not spare other scenarios theirs. @default {false} */
  readonly isIncidental?: boolean;
  /**
   * What half of the cases in this process handle at a time, at most, in bytes: one of these numbers. None where the requests
   * for a file, or the pauses between them, are what is counted; large ones where files are large. @default {[256, 8192]}
   */
  readonly pieceBytes?: readonly number[];
  /** @default {both} */
  readonly worlds?: readonly WorldKind[];
  /** How the world of a case is made, of this kind. */
  readonly world?: (given: Given, kind: WorldKind) => WorldOptions;
  /** Factor on the number of cases, for stories that are many in one or very slow. @default {1} */
  readonly weight?: number;
  /** Tells the story of one case and judges it. */
  readonly check: (given: Given, world: World, verdict: Verdict) => Promise<void>;
}

/** A scenario whose kind of case is its own affair. */
export type Scenario = Omit<
  ScenarioDefinition<Record<string, unknown>>,
  "given" | "check" | "world"
> & {
  readonly given: { readonly [key: string]: fc.Arbitrary<unknown> };
  readonly world: (given: Record<string, unknown>, kind: WorldKind) => WorldOptions;
  readonly check: (given: Record<string, unknown>, world: World, verdict: Verdict) => Promise<void>;
};

/**
 * Makes a scenario.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { scenario } from "mlx-conform";
 *
 * const locate = scenario({
 *   name: "manage/locate_nothing",
 *   covers: ["STATUS-LOCAL"],
 *   given: {},
 *   async check(_, world, verdict) {
 *     const found = await world.start().locate({ repository: "org/name" });
 *     verdict.holds("STATUS-LOCAL", found === undefined && world.hub.log.length === 0, "it found something");
 *   },
 * });
 * assert.equal(locate.name, "manage/locate_nothing");
 * ```
 */
export function scenario<Given extends Record<string, unknown>>(
  definition: ScenarioDefinition<Given>,
): Scenario {
  const { check, world, given } = definition;
  return {
    ...definition,
    given,
    world: (values, kind) => world?.(values as Given, kind) ?? {},
    check: (values, place, verdict) => check(values as Given, place, verdict),
  };
}

/** A scenario whose only case is this one. */
export function scenarioOfOneCase(
  scenario: Scenario,
  given: Readonly<Record<string, unknown>>,
): Scenario {
  const values = Object.entries(given).map(([key, value]) => [key, fc.constant(value)]);
  // How much of a file the case handles at a time is one of its values, where it is limited.
  return { ...scenario, weight: 1, pieceBytes: [], given: Object.fromEntries(values) };
}
