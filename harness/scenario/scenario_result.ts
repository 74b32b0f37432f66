import type { RequirementId } from "../../spec/mod.ts";
import type { WorldKind } from "../worlds/world.ts";

/**
 * How a scenario ended in one world. `fidelity`: red on a real disk and green in memory, which is the court's own fault, as
 * `error` is.
 */
export type ScenarioStatus =
  | "pass"
  | "fail"
  | "vacuous"
  | "skip"
  | "error"
  | "timeout"
  | "fidelity";

/** What broke, and how to see it again. */
export interface BrokenPromise {
  /** Undefined when it is no fault of the subject. */
  readonly requirement: RequirementId | undefined;
  readonly detail: string;
  /** The smallest case that was found. */
  readonly counterexample: string;
  /** Leads fast-check straight to that case. */
  readonly path: string;
}

/** What one scenario showed in one world; plain data, so that it can cross processes. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly world: WorldKind;
  readonly status: ScenarioStatus;
  readonly covers: readonly RequirementId[];
  /** Cases in which each requirement was judged. */
  readonly judged: Readonly<Partial<Record<RequirementId, number>>>;
  readonly skipped: Readonly<Partial<Record<RequirementId, string>>>;
  /** Why it proves nothing, when it is vacuous. */
  readonly vacuity: readonly string[];
  readonly breakage: BrokenPromise | undefined;
  readonly seed: number;
  readonly cases: number;
  readonly durationMs: number;
}
