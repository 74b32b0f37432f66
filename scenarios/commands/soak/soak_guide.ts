/**
 * What a guided soak plays next: scenarios whose last batches ran new branches of our code, or reached a goal for the first time, more
 * often than others.
 *
 * @module
 */

import type { WorkOrder } from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";

/** How much the last batch counts against all before it. */
const LAST_SHARE = 0.3;
/** How often a scenario whose batches all show something new is drawn, against one that shows nothing. */
const FAVOUR = 9;
/** Batches that are kept for the next soak. */
const KEPT_MAX = 400;

/** A batch that showed something new: a few cases of one scenario in one world, which its seed draws again. */
export type KeptBatch = Pick<WorkOrder, "task" | "seed">;

/** Counts what is new, and draws by it. */
export class SoakGuide {
  readonly #branches = new Set<string>();
  readonly #goals = new Set<string>();
  readonly #novelty = new Map<string, number>();
  readonly #kept: KeptBatch[] = [];

  /** Branches that were run. */
  get branches(): number {
    return this.#branches.size;
  }

  /** Batches that showed something that none before them had, the latest ones where there are too many. */
  get kept(): readonly KeptBatch[] {
    return this.#kept.slice(-KEPT_MAX);
  }

  /** Notes what a batch came to. @returns whether it showed anything new */
  note(result: ScenarioResult, branches: readonly string[]): boolean {
    const { scenario, world, seed, reached = {} } = result;
    const before = this.#branches.size + this.#goals.size;
    for (const branch of branches) this.#branches.add(branch);
    for (const goal of Object.keys(reached)) this.#goals.add(`${scenario}: ${goal}`);
    const isNovel = this.#branches.size + this.#goals.size > before;
    const earlier = this.#novelty.get(scenario) ?? 1;
    this.#novelty.set(scenario, earlier * (1 - LAST_SHARE) + (isNovel ? LAST_SHARE : 0));
    if (isNovel) this.#kept.push({ task: { scenario, world }, seed });
    return isNovel;
  }

  /** Draws one of the names, those of scenarios that show new things the most often. */
  draw(names: readonly string[], random: () => number): string | undefined {
    const weights = names.map((name) => 1 + FAVOUR * (this.#novelty.get(name) ?? 1));
    let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
    for (const [at, weight] of weights.entries()) {
      left -= weight;
      if (left < 0) return names[at];
    }
    return names.at(-1);
  }
}
