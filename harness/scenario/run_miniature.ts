import type { RequirementId, Subject } from "../../spec/mod.ts";
import type { Miniature } from "../miniatures/miniature.ts";
import { runScenario } from "./run_scenario.ts";
import type { Scenario } from "./scenario.ts";
import type { ScenarioResult } from "./scenario_result.ts";

/** What a court made of a liar. */
export interface MiniatureResult {
  /** Requirements that turned red. */
  readonly broken: ReadonlySet<RequirementId>;
  /** Results that are no verdict on the liar: the court itself failed. */
  readonly courtFaults: readonly ScenarioResult[];
}

/** Options of {@linkcode runMiniature}. */
export interface RunMiniatureOptions {
  /** An honest subject, which the miniature makes a liar. */
  readonly subject: Subject;
  readonly seed: number;
  /** Cases of a scenario that judges what the miniature breaks. */
  readonly focusedRuns: number;
  /** Cases of every other scenario, which the lie must not trip. */
  readonly otherRuns: number;
}

/** Judges a miniature by every scenario, in memory. */
export async function runMiniature(
  miniature: Miniature,
  scenarios: readonly Scenario[],
  options: RunMiniatureOptions,
): Promise<MiniatureResult> {
  const { seed, focusedRuns, otherRuns } = options;
  const liar = miniature.wrap(options.subject);
  const broken = new Set<RequirementId>();
  const courtFaults: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    if (!(scenario.worlds ?? ["memory"]).includes("memory")) continue;
    const isFocused = scenario.covers.some((id) => miniature.breaks.includes(id));
    const runs = isFocused ? focusedRuns : otherRuns;
    const result = await runScenario(scenario, liar, { world: "memory", seed, runs, shrinkMs: 0 });
    const id = result.breakage?.requirement;
    if (id !== undefined) broken.add(id);
    else if (result.status === "error") courtFaults.push(result);
  }
  return { broken, courtFaults };
}
