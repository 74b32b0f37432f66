/**
 * The kept replays run first: what broke once must hold for ever.
 *
 * @module
 */

import { type ReplayOutcome, runReplay } from "../../../harness/internal.ts";
import type { ScenarioResult, WorldKind } from "../../../harness/mod.ts";
import type { Subject } from "../../../spec/mod.ts";
import { scenarios } from "../../mod.ts";
import type { KeptReplay } from "../replay/replay_files.ts";

/** What the corpus showed. */
export interface CorpusResult {
  /** Cases that were run, each in every world that it has. */
  readonly count: number;
  /** What does not hold, or no longer proves anything. */
  readonly faults: readonly (ReplayOutcome & { readonly name: string })[];
}

/** Runs kept replays in every wanted world that their scenarios have. */
export async function runCorpus(
  corpus: readonly KeptReplay[],
  options: { readonly subject: Subject; readonly worlds: readonly WorldKind[] },
): Promise<CorpusResult> {
  const { subject, worlds } = options;
  const faults: (ReplayOutcome & { readonly name: string })[] = [];
  let count = 0;
  for (const { name, replay } of corpus) {
    const scenario = scenarios.find((one) => one.name === replay.scenario);
    for (const world of worlds) {
      if (scenario?.worlds?.includes(world) === false) continue;
      count++;
      const outcome = await runReplay(replay, { scenarios, subject, world });
      if (outcome.outcome !== "holds") faults.push({ ...outcome, name });
    }
  }
  return { count, faults };
}

/** The results that count against a subject: a kept replay that proves nothing is a gap of the suite. */
export function corpusResults({ faults }: CorpusResult): ScenarioResult[] {
  return faults.map(({ outcome, name, result }) =>
    outcome === "proves nothing" && result.status === "pass"
      ? {
          ...result,
          status: "vacuous",
          vacuity: [`corpus/${name} no longer judges its requirement`],
        }
      : result,
  );
}
