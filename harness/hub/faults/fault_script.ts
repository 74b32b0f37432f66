import {
  type FaultAction,
  type FaultRule,
  matchesRequest,
  type RequestFacts,
} from "./fault_rule.ts";

/**
 * Decides which rule a request meets, and counts.
 *
 * The first rule wins. A rule counts a request when the pattern fits, the action can
 * change the answer (one cannot cut a body that is not there) and no earlier rule took it.
 */
export class FaultScript {
  readonly rules: readonly FaultRule[];
  readonly #met: number[];
  readonly #fired: number[];

  constructor(rules: readonly FaultRule[]) {
    this.rules = rules;
    this.#met = rules.map(() => 0);
    this.#fired = rules.map(() => 0);
  }

  /** How often each rule fired, in the order of the rules; 0 makes a scenario vacuous. */
  firedCounts(): readonly number[] {
    return [...this.#fired];
  }

  /**
   * Carries out the first rule that the request meets.
   *
   * `plan` says how an action would change the answer, or nothing when it could not.
   */
  play<Answer>(
    facts: RequestFacts,
    plan: (action: FaultAction) => (() => Answer) | undefined,
  ): Answer | undefined {
    for (const [index, rule] of this.rules.entries()) {
      if (!matchesRequest(rule.match, facts)) continue;
      const perform = plan(rule.do);
      if (perform === undefined) continue;
      const met = (this.#met[index] ?? 0) + 1;
      this.#met[index] = met;
      const nth = rule.match.nth ?? 1;
      if (nth !== "all" && nth !== met) continue;
      this.#fired[index] = (this.#fired[index] ?? 0) + 1;
      return perform();
    }
    return undefined;
  }
}
