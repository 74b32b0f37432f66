/**
 * Runs the kept replays and the scenarios, and matches each result with the list of known deviations as it comes.
 *
 * @module
 */

import { planSuite } from "../../../harness/internal.ts";
import { type ScenarioResult, runParallel } from "../../../harness/mod.ts";
import { scenarios } from "../../mod.ts";
import { reference } from "../../reference/reference.ts";
import type { ConformContext } from "../conform_context.ts";
import { readCorpus } from "../replay/replay_files.ts";
import type { ResolvedSubject } from "../resolve_subject.ts";
import { failureTrace } from "./failure_trace.ts";
import { corpusResults, runCorpus } from "./run_corpus.ts";
import type { RunOptions } from "./run_options.ts";
import { type RunEnd, RunReport } from "./run_report.ts";

/** What a run of the suite came to. */
export interface SuiteRun extends RunEnd {
  /** Runs of scenarios, without the kept replays. */
  readonly scenarioRuns: number;
  /** Cases of these. */
  readonly cases: number;
}

/** A sign for each result, which shows that the run goes on. */
const SIGNS = {
  pass: ".",
  fail: "F",
  vacuous: "V",
  skip: "s",
  error: "E",
  timeout: "T",
  fidelity: "D",
  "expected-fail": "x",
  "unexpected-pass": "P",
  "subject-protocol": "P",
  "subject-crash": "C",
  "subject-timeout": "S",
} as const satisfies Record<ScenarioResult["status"], string>;

/** Runs the suite on a subject, and writes the record where one is asked for. */
export async function playSuite(
  subject: ResolvedSubject,
  options: RunOptions,
  context: ConformContext,
): Promise<SuiteRun> {
  const kept = await playCorpus(options, context);
  const report = await RunReport.begin(options, {
    subject,
    profiles: subject.profiles,
    planned: kept.length + planSuite(scenarios, options).length,
    roles: subject.roles,
    // A program's own calls are not seen from here.
    traceOf: options.worlds.includes("process")
      ? undefined
      : (replay) => failureTrace(replay, reference),
  });
  for (const result of kept) report.add(result);
  const results = await runParallel(scenarios, {
    ...options,
    worker: context.worker,
    ...subject.workers,
    onResult: (result) => context.writeErr(SIGNS[report.add(result).status]),
  });
  return {
    ...(await report.end([...kept, ...results])),
    scenarioRuns: results.length,
    cases: results.reduce((sum, result) => sum + result.cases, 0),
  };
}

/**
 * Runs the kept replays before anything else.
 *
 * @returns the results that count against the subject
 */
async function playCorpus(
  { worlds, only, path, shard, subject }: RunOptions,
  context: ConformContext,
): Promise<ScenarioResult[]> {
  // They are the reference's, and one case was not asked for beside another.
  if (path !== undefined || subject !== undefined || worlds.includes("process")) return [];
  // Once a run is enough.
  if (shard !== undefined && shard.index > 1) return [];
  const corpus = (await readCorpus()).filter(
    ({ replay: { scenario, requirement } }) =>
      only.length === 0 || only.includes(scenario) || only.includes(requirement ?? ""),
  );
  const result = await runCorpus(corpus, { subject: reference, worlds });
  if (corpus.length > 0)
    context.writeOut(
      `corpus: ${corpus.length} kept replays, ${result.count} cases, ${result.faults.length === 0 ? "all hold" : `${result.faults.length} DO NOT HOLD`}\n`,
    );
  return corpusResults(result);
}
