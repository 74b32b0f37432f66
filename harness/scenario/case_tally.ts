import type { ErrorCode, RequirementId } from "../../spec/mod.ts";
import type { SimulatedHub } from "../hub/mod.ts";
import type { Scenario } from "./scenario.ts";
import { ownRequirements, type Verdict } from "./verdict.ts";

const NOTES_MAX = 10;

/** Why a case says nothing of what it has not judged. */
export interface Skip {
  readonly judged: ReadonlySet<RequirementId>;
  readonly why: string;
  /** Whether the next case is likely to end so too. @default {false} */
  readonly isLasting?: boolean;
  /** What had been reached. @default {none} */
  readonly goals?: ReadonlySet<string>;
}

/** Adds up what the cases of a scenario showed, to tell a proof from an empty one. */
export class CaseTally {
  readonly judged: Partial<Record<RequirementId, number>> = {};
  readonly skipped: Partial<Record<RequirementId, string>> = {};
  cases = 0;
  /** Cases that judged something. */
  played = 0;
  /** Cases that judged nothing, for a reason that does not change from case to case. */
  lastingSkips = 0;
  readonly #scenario: Scenario;
  /** Cases that reached each goal. */
  readonly reached: Record<string, number> = {};
  /** Codes of failures that the cases asked for, by the requirement that they judged. */
  readonly kinds: Partial<Record<RequirementId, readonly ErrorCode[]>> = {};
  readonly #rules = new Map<string, boolean>();
  readonly #notes = new Set<string>();
  #hasImpossible = false;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  add(verdict: Verdict, hub: SimulatedHub): void {
    this.cases++;
    this.played++;
    for (const id of verdict.judged) this.judged[id] = (this.judged[id] ?? 0) + 1;
    for (const [id, why] of verdict.skipped) this.skipped[id] = why;
    for (const goal of verdict.goals) this.reached[goal] = (this.reached[goal] ?? 0) + 1;
    for (const [id, codes] of verdict.kinds)
      this.kinds[id] = [...new Set([...(this.kinds[id] ?? []), ...codes])].toSorted();
    const fired = hub.firedCounts();
    for (const [at, rule] of hub.faults.entries()) {
      const { type } = rule.do;
      this.#rules.set(type, (this.#rules.get(type) ?? false) || (fired[at] ?? 0) > 0);
    }
  }

  /**
   * Counts a case that this world or this subject cannot play: what it had not judged yet is skipped. One that had judged
   * something before counts as played, and so does what it had reached.
   */
  skip({ judged, why, isLasting = false, goals = new Set() }: Skip): void {
    this.cases++;
    if (isLasting && judged.size === 0) this.lastingSkips++;
    this.#hasImpossible = true;
    if (judged.size > 0) {
      this.played++;
      for (const goal of goals) this.reached[goal] = (this.reached[goal] ?? 0) + 1;
    }
    for (const id of judged) this.judged[id] = (this.judged[id] ?? 0) + 1;
    for (const id of this.#scenario.covers)
      if (this.judged[id] === undefined) this.skipped[id] = why;
  }

  /** Notes what is no verdict, a few times at most. */
  note(notes: readonly string[]): void {
    for (const note of notes) if (this.#notes.size < NOTES_MAX) this.#notes.add(note);
  }

  get notes(): readonly string[] {
    return [...this.#notes];
  }

  get isAllSkipped(): boolean {
    const { covers } = this.#scenario;
    return (
      covers.every((id) => this.judged[id] === undefined) &&
      ownRequirements(covers).every((id) => this.skipped[id] !== undefined)
    );
  }

  /**
   * Why the cases prove nothing, if so: a requirement never judged, a goal never reached, a fault that never happened.
   *
   * @param isOneCase a single case need not reach everything
   */
  vacuity(isOneCase: boolean): string[] {
    // What was left to the cases that cannot be played is skipped as they are.
    return isOneCase || this.#hasImpossible || this.isAllSkipped ? [] : this.lacks();
  }

  /** What no case has shown yet. */
  lacks(): string[] {
    const { covers, goals = [] } = this.#scenario;
    return [
      ...ownRequirements(covers)
        .filter((id) => this.judged[id] === undefined && this.skipped[id] === undefined)
        .map((id) => `${id} was never judged`),
      ...goals
        .filter((goal) => this.reached[goal] === undefined)
        .map((goal) => `"${goal}" never happened`),
      ...[...this.#rules]
        .filter(([, hasFired]) => !hasFired)
        .map(([type]) => `the fault "${type}" never fired`),
    ];
  }
}
