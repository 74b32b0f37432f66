/**
 * The lines that `mlx-conform run` prints around its table.
 *
 * @module
 */

import { type Profile, type RequirementId, REQUIREMENTS } from "../../../spec/mod.ts";
import {
  type SubjectRole,
  type SuiteTask,
  flakyDeviations,
  requirementLines,
  scoreLines,
  scoreRecord,
  requirementVerdicts,
  standingCounts,
} from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";
import type { ResolvedSubject } from "../resolve_subject.ts";
import type { SuiteRun } from "./play_suite.ts";
import type { ExpectedTime } from "./expected_time.ts";
import { newestSet } from "../sets/frozen_sets.ts";
import { isWholeRun, type RunOptions } from "./run_options.ts";

/** Most notes that are shown. */
const NOTES_MAX = 10;
/** From so many scenarios on a run is long. */
const LONG_RUN_MIN = 10;
const IN_WORLD = { memory: "in memory", disk: "on disk", process: "in processes" } as const;

/** What is tested, and how. */
export function headingLines(
  subject: Pick<ResolvedSubject, "name" | "version" | "network" | "limitations">,
  { worlds, seed, set }: Pick<RunOptions, "worlds" | "seed" | "set">,
): string[] {
  const { name, version, network, limitations = [] } = subject;
  return [
    `${name} ${version}, worlds ${worlds.join(" and ")}, seed ${seed}${set === undefined ? "" : `, set ${set.name}`}`,
    ...(network === undefined ? [] : [`network: ${network}`]),
    ...limitations.map((line) => `noticed: ${line}`),
  ];
}

/** How long it will take, where that is worth a line: of a program, and of more than a few scenarios. */
export function timeLines(
  { expectedMs, basis }: Pick<ExpectedTime, "expectedMs" | "basis">,
  run: { readonly tasks: readonly SuiteTask[]; readonly subject: string | undefined },
): string[] {
  const { tasks, subject } = run;
  if (subject === undefined || expectedMs === undefined || tasks.length < LONG_RUN_MIN) return [];
  return [`${tasks.length} scenarios will take about ${duration(expectedMs)}, ${basis}`];
}

function duration(durationMs: number): string {
  const seconds = durationMs / 1000;
  return seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

/** What failed, in a line each; the reports were printed when it happened. */
export function failureLines({ failures }: Pick<SuiteRun, "failures">): string[] {
  if (failures.length === 0) return [];
  const lines = failures.map(({ result: { scenario, world, status, breakage } }) => {
    const { requirement } = breakage ?? {};
    const level = requirement === undefined ? undefined : REQUIREMENTS[requirement].level;
    const known = status === "expected-fail" || breakage?.isKnown === true ? ", known" : "";
    const what =
      requirement === undefined
        ? status
        : `${level === "MUST" ? "broke" : `did not hold the ${level}`} ${requirement}`;
    return `  ${scenario} in ${world}: ${what}${known}`;
  });
  return [`\nfailures, reported above:\n${lines.join("\n")}`];
}

/** Why a run ended early, and what there is of it. */
export function stopLines(
  { stop, scenarioRuns, planned }: Pick<SuiteRun, "stop" | "scenarioRuns" | "planned">,
  { report }: Pick<RunOptions, "report">,
): string[] {
  if (stop === undefined) return [];
  const why = stop === "bail" ? "stopped at the first broken MUST" : "interrupted";
  const kept = report === undefined ? "" : `; the record so far is ${report}`;
  return [`\n${why}, after ${scenarioRuns} of ${planned} scenario runs${kept}`];
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

/** The grade of a whole run, and what is missing for the next ones. */
export function gradeLines(
  { results, stop }: Pick<SuiteRun, "results" | "stop">,
  about: {
    readonly options: Pick<RunOptions, "set" | "only" | "shard">;
    readonly profiles: readonly Profile[];
    readonly roles?: readonly SubjectRole[] | undefined;
  },
): string[] {
  const { options, profiles, roles } = about;
  const { set, only, shard } = options;
  if (stop !== undefined || !isWholeRun({ only, shard })) return [];
  const run = {
    header: { profiles, only, ...(roles === undefined ? {} : { roles }) },
    requirements: requirementLines(set),
    results: results.map((result) => ({ type: "result" as const, ...result })),
    closing: {},
    problems: [],
  };
  return ["", ...scoreLines(scoreRecord(run, set ?? newestSet()))];
}

/** How the requirements stand, and the verdict with how much it is based on. A report on the record says the same. */
export function verdictLines(
  run: Pick<SuiteRun, "results" | "verdict" | "scenarioRuns" | "cases">,
  about: {
    readonly options: Pick<RunOptions, "worlds" | "runs" | "seed" | "set">;
    readonly profiles: readonly Profile[];
    readonly roles?: readonly SubjectRole[] | undefined;
    readonly seconds: number;
  },
): string[] {
  const { results, verdict, scenarioRuns, cases } = run;
  const { options, profiles, seconds } = about;
  const { worlds, runs, seed, set } = options;
  const lines = new Map(requirementLines(set).map((line) => [line.id, line]));
  const standings = requirementVerdicts(results).map(({ id, standing }) => ({
    requirement: lines.get(id) ?? { id, ...REQUIREMENTS[id] },
    standing,
  }));
  const counts = worlds.map((world) => `${runs[world]} ${IN_WORLD[world]}`).join(" and ");
  const summary = `${verdict} (profiles ${profiles.join(", ")}): ${scenarioRuns} scenario runs, ${cases} cases (${counts} each), ${seconds} s, seed ${seed}`;
  return [standingCounts(standings, about), summary];
}
