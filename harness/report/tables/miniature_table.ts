import { REQUIREMENTS, type RequirementId } from "../../../spec/mod.ts";
import type { Miniature } from "../../miniatures/miniature.ts";
import { isCaught, type MiniatureResult } from "../../suite/run_miniature.ts";
import type { Scenario } from "../../scenario/scenario.ts";
import { traceRequirements } from "./traceability.ts";

/** What a table of miniatures is made of. */
export interface MiniatureTableOptions {
  readonly scenarios: readonly Scenario[];
  readonly miniatures: readonly Miniature[];
  /** What the scenarios found of them; without it the table says which scenarios could catch which miniature. */
  readonly results?: readonly MiniatureResult[] | undefined;
}

/**
 * Requirement, scenario and miniature as a table of text: a line for each scenario that judges a requirement, with
 * the miniatures that it caught by it, or that it could catch.
 */
export function miniatureTable(options: MiniatureTableOptions): string {
  const { scenarios, miniatures, results } = options;
  const rows = traceRequirements(scenarios, miniatures).flatMap((trace) => {
    const { level } = REQUIREMENTS[trace.id];
    if (trace.scenarios.length === 0) return [[trace.id, level, "-", "-"]];
    return trace.scenarios.map((scenario, at) => {
      const names =
        results === undefined ? trace.miniatures : namesCaught(results, trace.id, scenario);
      const head = at === 0 ? [trace.id, level] : ["", ""];
      return [...head, scenario, names.join(" ") || "-"];
    });
  });
  const last = results === undefined ? "miniatures" : "miniatures caught";
  return alignedRows([["requirement", "level", "scenario", last], ...rows]);
}

/**
 * How many miniatures were caught, and what is wrong where they were not all; a line for each thing.
 *
 * @param scenarios those of a whole run: a part of the miniatures does not show that a scenario fails none
 */
export function miniatureSummary(
  results: readonly MiniatureResult[],
  scenarios?: readonly Scenario[],
): string[] {
  const caught = results.filter(isCaught).length;
  const share = results.length === 0 ? 0 : Math.floor((100 * caught) / results.length);
  const judged = results.reduce((sum, one) => sum + one.judged, 0);
  const all = results.reduce((sum, one) => sum + one.all, 0);
  return [
    ...results.flatMap(faultLines),
    ...(scenarios === undefined ? [] : idleLines(results, scenarios)),
    `judgements: ${judged} of ${all} pairs of a miniature and a scenario (${percentOf(judged, all)} %)`,
    `miniatures caught / written: ${caught} / ${results.length} (${share} %)`,
  ];
}

/** Scenarios of the world in memory that failed no miniature: nothing shows that they can. */
export function idleScenarios(
  results: readonly MiniatureResult[],
  scenarios: readonly Scenario[],
): string[] {
  const busy = new Set(results.flatMap(({ red }) => red.map(({ scenario }) => scenario)));
  return scenarios
    .filter(({ name, worlds = ["memory"] }) => worlds.includes("memory") && !busy.has(name))
    .map(({ name }) => name);
}

function idleLines(results: readonly MiniatureResult[], scenarios: readonly Scenario[]): string[] {
  const idle = idleScenarios(results, scenarios);
  return [
    ...idle.map((name) => `${name}: no miniature fails it`),
    `scenarios that fail no miniature: ${idle.length} of ${scenarios.length}`,
  ];
}

function percentOf(part: number, whole: number): string {
  return ((100 * part) / Math.max(1, whole)).toFixed(0);
}

function namesCaught(
  results: readonly MiniatureResult[],
  id: RequirementId,
  scenario: string,
): string[] {
  return results
    .filter(({ red }) => red.some((one) => one.requirement === id && one.scenario === scenario))
    .map(({ miniature }) => miniature);
}

function faultLines({ miniature, breaks, red, suiteErrors }: MiniatureResult): string[] {
  const missed = breaks.filter((id) => !red.some(({ requirement }) => requirement === id));
  const unrelated = red.filter(({ requirement }) => !breaks.includes(requirement));
  return [
    ...missed.map((id) => `${miniature}: not caught by ${id}`),
    ...unrelated.map(
      ({ requirement, scenario, detail }) =>
        `${miniature}: tripped ${requirement} in ${scenario}: ${detail}`,
    ),
    ...suiteErrors.map((fault) => `${miniature}: the suite failed in ${fault}`),
  ];
}

function alignedRows(rows: readonly (readonly string[])[]): string {
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
