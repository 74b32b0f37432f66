import {
  type ErrorCode,
  type Failure,
  ERROR_CODES,
  type RequirementId,
  REQUIREMENTS,
} from "../../spec/mod.ts";
import { ProcessKilled, SubjectFault, HarnessError, NotApplicable } from "../errors.ts";

/** A promise that was broken: the subject's fault. */
export class RequirementBroken extends Error {
  override readonly name = "RequirementBroken";
  readonly requirement: RequirementId;
  readonly detail: string;

  constructor(requirement: RequirementId, detail: string) {
    const { level, text } = REQUIREMENTS[requirement];
    super(`${requirement} ${level}: ${text} (${detail})`);
    this.requirement = requirement;
    this.detail = detail;
  }
}

/** Notes what one case shows. */
export class Verdict {
  readonly judged = new Set<RequirementId>();
  readonly goals = new Set<string>();
  readonly skipped = new Map<RequirementId, string>();
  /** The first broken promise, also where the subject swallowed the rejection that told of it. */
  broken: RequirementBroken | undefined;
  readonly #covers: readonly RequirementId[];
  readonly #excused: ReadonlyMap<RequirementId, string>;
  readonly #knownGoals: readonly string[];

  /** @param excused requirements that the subject does not answer for, and why: what becomes of them is no verdict */
  constructor(
    covers: readonly RequirementId[],
    goals: readonly string[],
    excused: ReadonlyMap<RequirementId, string> = new Map(),
  ) {
    this.#covers = covers;
    this.#excused = excused;
    for (const [id, why] of excused) if (covers.includes(id)) this.skipped.set(id, why);
    this.#knownGoals = goals;
  }

  /**
   * Judges a requirement.
   *
   * @throws {RequirementBroken} when the condition does not hold
   * @throws {HarnessError} when the scenario does not cover the requirement
   */
  holds(id: RequirementId, condition: boolean, detail: string | (() => string)): void {
    this.#assertCovered(id);
    if (this.#excused.has(id)) return;
    this.judged.add(id);
    if (!condition) throw this.#break(id, typeof detail === "string" ? detail : detail());
  }

  /** Awaits the subject; a rejection breaks the requirement. A killed process is passed on: that was no answer. */
  async attempt<T>(id: RequirementId, action: () => Promise<T>): Promise<T> {
    this.#assertCovered(id);
    try {
      const value = await action();
      if (!this.#excused.has(id)) this.judged.add(id);
      return value;
    } catch (error) {
      if (isCourtMatter(error)) throw error;
      this.#assertAnswerable(id);
      this.judged.add(id);
      throw this.#break(id, `it rejected with ${describeError(error)}`);
    }
  }

  /** Awaits a failure with one of these codes; success or another code breaks the requirement. */
  async fails(
    id: RequirementId,
    action: () => Promise<unknown>,
    codes: readonly ErrorCode[],
  ): Promise<Failure> {
    this.#assertCovered(id);
    let value: unknown;
    try {
      value = await action();
    } catch (error) {
      if (isCourtMatter(error)) throw error;
      this.#assertAnswerable(id);
      this.judged.add(id);
      const failure = asFailure(error);
      if (failure !== undefined && codes.includes(failure.code)) return failure;
      throw this.#break(
        id,
        `it must reject with ${codes.join(" or ")}, and did with ${describeError(error)}`,
      );
    }
    this.#assertAnswerable(id);
    this.judged.add(id);
    throw this.#break(
      id,
      `it must reject with ${codes.join(" or ")}, and answered ${JSON.stringify(value)}`,
    );
  }

  /** Notes that a case really got to what the scenario is about. */
  reached(goal: string): void {
    if (!this.#knownGoals.includes(goal))
      throw new HarnessError(`Cannot reach "${goal}": the scenario names no such goal`);
    this.goals.add(goal);
  }

  /** Notes that a requirement cannot be judged here. */
  skip(id: RequirementId, why: string): void {
    this.#assertCovered(id);
    this.skipped.set(id, why);
  }

  #break(id: RequirementId, detail: string): RequirementBroken {
    const broken = new RequirementBroken(id, detail);
    this.broken ??= broken;
    return broken;
  }

  /** Where a case cannot go on and nobody answers for it, it ends without a verdict. */
  #assertAnswerable(id: RequirementId): void {
    const why = this.#excused.get(id);
    if (why !== undefined) throw new NotApplicable(why);
  }

  #assertCovered(id: RequirementId): void {
    if (!this.#covers.includes(id))
      throw new HarnessError(`Cannot judge ${id}: the scenario does not cover it`);
  }
}

export function isCourtMatter(error: unknown): boolean {
  return (
    error instanceof HarnessError ||
    error instanceof NotApplicable ||
    error instanceof SubjectFault ||
    error instanceof ProcessKilled ||
    error instanceof RequirementBroken
  );
}

/** The judged part of a rejection, if it is one of the closed set. */
export function asFailure(error: unknown): (Failure & Error) | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string")
    return undefined;
  return error.code in ERROR_CODES ? (error as Failure & Error) : undefined;
}

/** A rejection in one line. */
export function describeError(error: unknown): string {
  const failure = asFailure(error);
  if (failure !== undefined) return `${failure.code}: ${failure.message}`;
  return error instanceof Error
    ? `no known code: ${error.stack ?? error.message}`
    : `no error: ${String(error)}`;
}
