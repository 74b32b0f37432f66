/**
 * The lines that `mlx-conform run` prints around its table.
 *
 * @module
 */

import type { Profile, RequirementId } from "../../../spec/mod.ts";
import { flakyDeviations } from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";
import type { ResolvedSubject } from "../resolve_subject.ts";
import type { SuiteRun } from "./play_suite.ts";
import type { RunOptions } from "./run_options.ts";

/** Most notes that are shown. */
const NOTES_MAX = 10;
const IN_WORLD = { memory: "in memory", disk: "on disk", process: "in processes" } as const;

/** What is tested, and how. */
export function headingLines(
  subject: Pick<ResolvedSubject, "name" | "version" | "network" | "limitations">,
  { worlds, seed }: Pick<RunOptions, "worlds" | "seed">,
): string[] {
  const { name, version, network, limitations = [] } = subject;
  return [
    `${name} ${version}, worlds ${worlds.join(" and ")}, seed ${seed}`,
    ...(network === undefined ? [] : [`network: ${network}`]),
    ...limitations.map((line) => `noticed: ${line}`),
  ];
}

/** What was skipped, and what else was noticed. */
export function asideLines(results: readonly ScenarioResult[]): string[] {
  const skipped = new Map<string, string[]>();
  for (const result of results)
    for (const [id, reason] of Object.entries(result.skipped)) {
      if (result.judged[id as RequirementId] !== undefined) continue;
      skipped.set(reason, [...(skipped.get(reason) ?? []), `${id} (${result.scenario})`]);
    }
  const notes = new Set(results.flatMap((result) => result.notes ?? []));
  return [
    ...[...skipped].map(([reason, what]) => `\nskipped, as ${reason}:\n  ${what.join(", ")}`),
    ...(notes.size === 0 ? [] : [`\nnoticed: ${[...notes].slice(0, NOTES_MAX).join(", ")}`]),
  ];
}

/** What the run says of the list of known deviations. */
export function deviationLines({
  results,
  problems,
  warnings,
}: Pick<SuiteRun, "results" | "problems" | "warnings">): string[] {
  const flaky = flakyDeviations(results);
  return [
    ...(flaky === undefined ? [] : [`\n${flaky}`]),
    ...[...problems, ...warnings].map((line) => `\nknown deviations: ${line}`),
  ];
}

/** The verdict, and how much it is based on. */
export function summaryLine(
  { verdict, scenarioRuns, cases }: Pick<SuiteRun, "verdict" | "scenarioRuns" | "cases">,
  about: {
    readonly options: Pick<RunOptions, "worlds" | "runs" | "seed">;
    readonly profiles: readonly Profile[];
    readonly seconds: number;
  },
): string {
  const { options, profiles, seconds } = about;
  const { worlds, runs, seed } = options;
  const counts = worlds.map((world) => `${runs[world]} ${IN_WORLD[world]}`).join(" and ");
  return `${verdict} (profiles ${profiles.join(", ")}): ${scenarioRuns} scenario runs, ${cases} cases (${counts} each), ${seconds} s, seed ${seed}`;
}
