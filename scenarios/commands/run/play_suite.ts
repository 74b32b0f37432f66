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
import type { ExpectedTime } from "./expected_time.ts";
import { KeptExamples } from "./kept_examples.ts";
import { keepLastResults } from "./last_results.ts";
import { failureTrace } from "./failure_trace.ts";
import { corpusResults, runCorpus } from "./run_corpus.ts";
import type { RunOptions } from "./run_options.ts";
import { type RunEnd, RunReport, type RunStop } from "./run_report.ts";
import { RunProgress } from "./run_progress.ts";
import { ShownFailures } from "./shown_failures.ts";

/** What a run of the suite came to. */
export interface SuiteRun extends RunEnd {
  /** Runs of scenarios, without the kept replays. */
  readonly scenarioRuns: number;
  /** Cases of these. */
  readonly cases: number;
  /** Runs of scenarios that were planned. */
  readonly planned: number;
  /** Why it ended early; undefined when it did not. */
  readonly stop: RunStop | undefined;
}

/** How a run of the suite is watched. */
export interface PlaySuiteOptions {
  readonly context: ConformContext;
  /** How long it will take. */
  readonly time: ExpectedTime;
}

/**
 * Runs the suite on a subject, and writes the record where one is asked for. Progress is shown meanwhile, and each
 * failure's report when it happens.
 */
export async function playSuite(
  subject: ResolvedSubject,
  options: RunOptions,
  { context, time }: PlaySuiteOptions,
): Promise<SuiteRun> {
  const kept = await playCorpus(options, context);
  const tasks = planSuite(scenarios, options);
  const examples = await readExamples(options, context);
  const report = await RunReport.begin(options, {
    subject,
    profiles: subject.profiles,
    planned: kept.length + tasks.length,
    roles: subject.roles,
    // A program's own calls are not seen from here.
    traceOf: options.worlds.includes("process")
      ? undefined
      : (replay) => failureTrace(replay, reference),
  });
  const { writeErr, writeProgress: write = writeErr, columns = () => undefined } = context;
  using progress = new RunProgress({ tasks, ...time, columns, write });
  using stopping = new RunStopping(context);
  const failures = new ShownFailures(options, {
    writeOut: (text) => {
      progress.clear();
      context.writeOut(text);
    },
  });
  for (const result of kept) failures.show(report.add(result).failures);
  const results = await runParallel(scenarios, {
    ...options,
    worker: context.worker,
    ...subject.workers,
    examplesOf: examples && ((task) => examples.of(task)),
    signal: stopping.signal,
    onStart: (task) => progress.start(task),
    onResult: (result) => {
      progress.finish(result);
      const reported = report.add(result);
      failures.show(reported.failures);
      if (options.bail && report.isDecisive(reported)) stopping.stop("bail");
    },
  });
  await failures.shown;
  if (options.path === undefined)
    await keepLastResults(options.subject, results, { at: report.startedAt, runs: options.runs });
  const { reason } = stopping;
  return {
    ...(await report.end([...kept, ...results], reason)),
    stop: reason,
    planned: tasks.length,
    scenarioRuns: results.length,
    cases: results.reduce((sum, result) => sum + result.cases, 0),
  };
}

/** The kept cases that are played first; none where one case is asked for, or the options say so. */
async function readExamples(
  options: RunOptions,
  { writeOut }: ConformContext,
): Promise<KeptExamples | undefined> {
  if (options.path !== undefined || !options.examples) return undefined;
  // Of the reference the corpus is judged by itself.
  const examples = await KeptExamples.read(options.replays, options.subject !== undefined);
  const count = examples.count(planSuite(scenarios, options));
  if (count > 0) writeOut(`examples: ${count} kept cases are played first\n`);
  for (const why of examples.passedOver) writeOut(`examples: passed over: ${why}\n`);
  return examples;
}

/** Ends a run early, once. */
class RunStopping implements Disposable {
  readonly #controller = new AbortController();
  readonly #release: (() => void) | undefined;
  #reason: RunStop | undefined;

  constructor({ onInterrupt }: Pick<ConformContext, "onInterrupt">) {
    this.#release = onInterrupt?.(() => this.stop("interrupted"));
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): RunStop | undefined {
    return this.#reason;
  }

  stop(reason: RunStop): void {
    this.#reason ??= reason;
    this.#controller.abort();
  }

  [Symbol.dispose](): void {
    this.#release?.();
  }
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
