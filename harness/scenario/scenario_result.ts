import type { ErrorCode, RequirementId } from "../../spec/mod.ts";
import type { EncodedGiven } from "./encode_given.ts";
import type { DrawnCounts } from "./drawn_cases.ts";
import type { SubjectFaultKind } from "../errors.ts";
import type { BreakageFacts } from "./verdict.ts";
import type { WorldKind } from "../worlds/world.ts";

/**
 * How a scenario ended in one world. `fidelity`: red on a real disk and green in memory, which is the harness's own fault, as
 * `error` is. The last two are said only where known deviations are listed.
 */
export type ScenarioStatus =
  | "pass"
  | "fail"
  | "vacuous"
  | "skip"
  | "error"
  | "timeout"
  | "fidelity"
  | SubjectFaultKind
  | "expected-fail"
  | "unexpected-pass";

/** What broke, and how to see it again. */
export interface BrokenPromise extends BreakageFacts {
  /** Undefined when it is no fault of the subject. */
  readonly requirement: RequirementId | undefined;
  /** The smallest case that was found. */
  readonly counterexample: string;
  /** Whether the list of known deviations says so. */
  readonly isKnown?: boolean;
  /** Promises that were broken already, and left out of account when this one was found. */
  readonly apartFrom?: readonly RequirementId[];
  /** Leads fast-check straight to that case. */
  readonly path: string;
  /** The smallest case in words, a line for each thing that it holds. */
  readonly words?: readonly string[];
  /** The smallest case as a replay file holds it; absent when it cannot be written down. */
  readonly given?: EncodedGiven;
}

/** What the list of known deviations says of a result. */
export interface ListedDeviation {
  readonly issue: string;
  readonly reason?: string;
  /** Whether it is listed as one that shows in some runs and not in others: then it contradicts no pass. */
  readonly sometimes?: true;
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
  /** Cases that reached each goal. */
  readonly reached?: Readonly<Record<string, number>>;
  /** What its cases were: how often each kind of value was drawn. */
  readonly drawn?: DrawnCounts;
  /** Kinds of errors that its cases asked for where they judged a requirement; `ERROR-KIND` judges them. */
  readonly kinds?: Readonly<Partial<Record<RequirementId, readonly ErrorCode[]>>>;
  /** Why it proves nothing, when it is vacuous. */
  readonly vacuity: readonly string[];
  /** What else was noticed, such as places outside its root to which the subject wrote. */
  readonly notes?: readonly string[];
  readonly breakage: BrokenPromise | undefined;
  /** Other promises that a program broke, each found with those before it left out of account. */
  readonly further?: readonly BrokenPromise[];
  readonly seed: number;
  readonly cases: number;
  readonly durationMs: number;
  /** The listed deviation that this result is, or that it contradicts by passing. */
  readonly deviation?: ListedDeviation;
}
