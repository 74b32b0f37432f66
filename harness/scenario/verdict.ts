import {
  type ErrorCode,
  type Failure,
  ERROR_CODES,
  type RequirementId,
  REQUIREMENTS,
} from "../../spec/mod.ts";
import {
  EndlessCall,
  HarnessError,
  NotApplicable,
  ProcessKilled,
  SubjectFault,
} from "../errors.ts";

/** The requirement about the codes of failures: a wrong one breaks this and nothing else. */
const KIND: RequirementId = "ERROR-KIND";

/** What a scenario is about: `ERROR-KIND` accompanies the requirements that ask for a failure, and is judged where one comes. */
export function ownRequirements(covers: readonly RequirementId[]): readonly RequirementId[] {
  const own = covers.filter((id) => id !== KIND);
  return own.length > 0 ? own : covers;
}

/** What broke a requirement. */
export interface BreakageFacts {
  /** What was seen. */
  readonly detail: string;
  /** What should have been seen, where the requirement's sentence does not say it. */
  readonly expected?: string;
  /** Whether all that was seen is that the subject failed where it should have succeeded. */
  readonly isRefusal?: true;
  /** Whether all that was seen is that a call had no end for as long as anybody waits. */
  readonly isEndless?: true;
}

/** A promise that was broken: the subject's fault. */
export class RequirementBroken extends Error {
  override readonly name = "RequirementBroken";
  readonly requirement: RequirementId;
  readonly facts: BreakageFacts;

  constructor(requirement: RequirementId, facts: BreakageFacts) {
    const { level, text } = REQUIREMENTS[requirement];
    super(`${requirement} ${level}: ${text} (${facts.detail})`);
    this.requirement = requirement;
    this.facts = facts;
  }

  get detail(): string {
    return this.facts.detail;
  }
}

/** Notes what one case shows. */
export class Verdict {
  readonly judged = new Set<RequirementId>();
  readonly goals = new Set<string>();
  readonly skipped = new Map<RequirementId, string>();
  /** Codes of failures that were asked for where a requirement was judged. */
  readonly kinds = new Map<RequirementId, Set<ErrorCode>>();
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
   * @param detail what is seen when the condition does not hold; with what was expected, where the requirement does not say it
   * @throws {RequirementBroken} when the condition does not hold
   * @throws {HarnessError} when the scenario does not cover the requirement
   */
  holds(
    id: RequirementId,
    condition: boolean,
    detail: string | (() => string) | BreakageFacts,
  ): void {
    this.#assertCovered(id);
    if (this.#excused.has(id)) return;
    this.judged.add(id);
    if (condition) return;
    if (typeof detail === "object") throw this.#break(id, detail);
    throw this.#break(id, { detail: typeof detail === "string" ? detail : detail() });
  }

  /** Awaits the subject; a rejection breaks the requirement. A killed process is passed on: that was no answer. */
  async attempt<T>(id: RequirementId, action: () => Promise<T>): Promise<T> {
    this.#assertCovered(id);
    try {
      const value = await action();
      if (!this.#excused.has(id)) this.judged.add(id);
      return value;
    } catch (error) {
      const facts = refusalFacts(error);
      if (facts === undefined) throw error;
      this.#assertAnswerable(id);
      this.judged.add(id);
      throw this.#break(id, facts);
    }
  }

  /**
   * Awaits a failure: success, or a call without an end, breaks the requirement. A failure with another code than these breaks
   * `ERROR-KIND`, and not the requirement.
   *
   * @throws {RequirementBroken} when it does not fail, or with another code
   * @throws {HarnessError} when the scenario does not cover the requirement and `ERROR-KIND`
   */
  async fails(
    id: RequirementId,
    action: () => Promise<unknown>,
    codes: readonly ErrorCode[],
  ): Promise<Failure> {
    this.#assertCovered(id);
    this.#assertCovered(KIND);
    this.#noteKinds(id, codes);
    const expected = anErrorOf(codes);
    let value: unknown;
    try {
      value = await action();
    } catch (error) {
      if (isCourtMatter(error)) throw error;
      this.#assertAnswerable(id);
      this.judged.add(id);
      if (error instanceof EndlessCall)
        throw this.#break(id, { expected, detail: error.message, isEndless: true });
      return this.hasKind(error, codes);
    }
    this.#assertAnswerable(id);
    this.judged.add(id);
    throw this.#break(id, { expected, detail: `it succeeded with ${JSON.stringify(value)}` });
  }

  /**
   * Judges the code of a failure, by `ERROR-KIND`.
   *
   * @param options `about`: the requirement that asks for the failure, for those who look up its kinds
   * @returns the failure, also one with another code where nobody answers for that
   * @throws {RequirementBroken} when it has another code than these
   */
  hasKind(
    error: unknown,
    codes: readonly ErrorCode[],
    { about = KIND }: { readonly about?: RequirementId } = {},
  ): Failure {
    this.#assertCovered(KIND);
    this.#noteKinds(about, codes);
    const isExcused = this.#excused.has(KIND);
    if (!isExcused) this.judged.add(KIND);
    const failure = asFailure(error);
    if (failure !== undefined && (isExcused || codes.includes(failure.code))) return failure;
    throw this.#break(KIND, { expected: anErrorOf(codes), detail: describeError(error) });
  }

  #noteKinds(id: RequirementId, codes: readonly ErrorCode[]): void {
    this.kinds.set(id, new Set([...(this.kinds.get(id) ?? []), ...codes]));
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

  #break(id: RequirementId, facts: BreakageFacts): RequirementBroken {
    const broken = new RequirementBroken(id, facts);
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

/** What a rejection shows where success was expected; undefined for what says nothing about the subject. */
export function refusalFacts(error: unknown): BreakageFacts | undefined {
  if (isCourtMatter(error)) return undefined;
  return error instanceof EndlessCall
    ? { expected: "success", detail: error.message, isEndless: true }
    : { expected: "success", detail: `it rejected with ${describeError(error)}`, isRefusal: true };
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

function anErrorOf(codes: readonly ErrorCode[]): string {
  return `an error of kind ${codes.length > 6 ? "other than internal" : codes.join(" or ")}`;
}
