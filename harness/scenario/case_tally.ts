import type { RequirementId } from "../../spec/mod.ts";
import type { SimulatedHub } from "../hub/mod.ts";
import type { Scenario } from "./scenario.ts";
import type { Verdict } from "./verdict.ts";

/** Adds up what the cases of a scenario showed, to tell a proof from an empty one. */
export class CaseTally {
  readonly judged: Partial<Record<RequirementId, number>> = {};
  readonly skipped: Partial<Record<RequirementId, string>> = {};
  cases = 0;
  readonly #scenario: Scenario;
  /** Cases that reached each goal. */
  readonly reached: Record<string, number> = {};
  readonly #rules = new Map<string, boolean>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  add(verdict: Verdict, hub: SimulatedHub): void {
    this.cases++;
    for (const id of verdict.judged) this.judged[id] = (this.judged[id] ?? 0) + 1;
    for (const [id, why] of verdict.skipped) this.skipped[id] = why;
    for (const goal of verdict.goals) this.reached[goal] = (this.reached[goal] ?? 0) + 1;
    const fired = hub.firedCounts();
    for (const [at, rule] of hub.faults.entries()) {
      const { type } = rule.do;
      this.#rules.set(type, (this.#rules.get(type) ?? false) || (fired[at] ?? 0) > 0);
    }
  }

  get isAllSkipped(): boolean {
    return this.#scenario.covers.every(
      (id) => this.judged[id] === undefined && this.skipped[id] !== undefined,
    );
  }

  /**
   * Why the cases prove nothing, if so: a requirement never judged, a goal never reached, a fault that never happened.
   *
   * @param isOneCase a single case need not reach everything
   */
  vacuity(isOneCase: boolean): string[] {
    if (isOneCase) return [];
    const { covers, goals = [] } = this.#scenario;
    return [
      ...covers
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
