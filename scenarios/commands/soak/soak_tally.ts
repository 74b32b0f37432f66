/**
 * What a soak has seen so far.
 *
 * @module
 */

import { EXIT_CODES, type ScenarioStatus } from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";

/** Adds up results and sums them up in one line. */
export class SoakTally {
  #cases = 0;
  readonly #scenarios = new Set<string>();
  readonly #requirements = new Set<string>();
  readonly #kinds = new Map<string, number>();
  readonly #statuses = new Map<ScenarioStatus, number>();

  add(result: ScenarioResult): void {
    this.#cases += result.cases;
    this.#scenarios.add(result.scenario);
    for (const id of Object.keys(result.judged)) this.#requirements.add(id);
    // What a batch of a few cases does not reach is not a fault.
    const status = result.status === "vacuous" ? "pass" : result.status;
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    if (!result.scenario.startsWith("model_based/")) return;
    for (const [kind, count] of Object.entries(result.reached ?? {}))
      this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + count);
  }

  /** One line about everything so far. @param minutes since the start, for the rate */
  line(minutes: number): string {
    const rate = Math.round(this.#cases / Math.max(minutes, 1 / 60));
    const kinds = [...this.#kinds].map(([kind, count]) => `${kind.replace(/^an? /, "")} ${count}`);
    return [
      `${this.#cases} cases (${rate}/min) of ${this.#scenarios.size} scenarios`,
      `${this.#requirements.size} requirements judged`,
      `${this.#count("fail")} broken, ${this.#count("error")} errors, ${this.#count("timeout")} timeouts`,
      `kinds: ${kinds.join(", ") || "none yet"}`,
    ].join("; ");
  }

  /** A broken requirement comes first, then what is not a verdict. */
  get exitCode(): number {
    if (this.#count("fail") > 0) return EXIT_CODES["not conformant"];
    if (this.#count("error") > 0) return EXIT_CODES["harness failed"];
    return this.#count("timeout") > 0 || this.#cases === 0
      ? EXIT_CODES.incomplete
      : EXIT_CODES.conformant;
  }

  #count(status: ScenarioStatus): number {
    return this.#statuses.get(status) ?? 0;
  }
}
