/**
 * What a run writes down: its record, judged by the list of known deviations.
 *
 * @module
 */

import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Profile, Subject } from "../../spec/mod.ts";
import {
  type Deviation,
  deviationsBeside,
  formatReplay,
  judgeDeviations,
  specSha256,
  parseDeviations,
  type ParseDeviationsOptions,
  RecordWriter,
  type Replay,
  replayFileName,
  runMachine,
  type SubjectRole,
  suiteVerdict,
  type SuiteVerdict,
  failureStories,
} from "../../harness/internal.ts";
import type { ScenarioResult } from "../../harness/mod.ts";
import { environmentSecrets } from "./environment_secrets.ts";
import { replayFor } from "./replay_files.ts";
import type { RunOptions } from "./run_options.ts";
import { suiteVersion } from "./suite_version.ts";

/** What a run knows of itself beside its options. */
export interface RunFacts {
  readonly subject: Pick<Subject, "name" | "version">;
  readonly profiles: readonly Profile[];
  /** What it answers for. @default {everything} */
  readonly roles?: readonly SubjectRole[] | undefined;
  /** Shows what happened in a failing case, where that can be. */
  readonly traceOf?: ((replay: Replay) => Promise<readonly string[]>) | undefined;
  /** How many results there will be. */
  readonly planned: number;
}

/** What a whole run came to. */
export interface RunEnd {
  readonly results: readonly ScenarioResult[];
  readonly verdict: SuiteVerdict;
  /** What is wrong with the list of known deviations. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** Judges results by the list of known deviations, and writes the record where one is asked for. */
export class RunReport {
  readonly #options: RunOptions;
  readonly #facts: RunFacts;
  readonly #deviations: readonly Deviation[];
  readonly #startedAt: string;
  readonly #os: string;
  #writer: RecordWriter | undefined;
  #file: number | undefined;
  /** Results are written in the order in which they came, also where a trace takes time. */
  #written: Promise<void> = Promise.resolve();

  private constructor(
    options: RunOptions,
    context: { readonly facts: RunFacts; readonly deviations: readonly Deviation[] },
  ) {
    this.#options = options;
    this.#facts = context.facts;
    this.#deviations = context.deviations;
    this.#startedAt = new Date().toISOString();
    this.#os = process.platform;
  }

  /**
   * Begins a report.
   *
   * @throws {RangeError} when the list of known deviations cannot be read, or the record not be written
   */
  static async begin(options: RunOptions, facts: RunFacts): Promise<RunReport> {
    const report = new RunReport(options, {
      facts,
      deviations: await readDeviations(
        options.deviations ?? deviationsBeside(options.subject ?? ""),
      ),
    });
    if (options.report !== undefined) await report.#open(options.report);
    return report;
  }

  /** Takes one result, and gives it back as the list of known deviations sees it. */
  add(result: ScenarioResult): ScenarioResult {
    const [judged = result] = this.#judge([result], true).results;
    if (this.#writer !== undefined) {
      this.#written = this.#written.then(() => this.#write(judged));
      // Whoever waits for the end hears of it.
      this.#written.catch(() => {});
    }
    return judged;
  }

  async #write(judged: ScenarioResult): Promise<void> {
    const replay = replayFor(judged, this.#facts.subject);
    const story = failureStories(judged, { subject: this.#options.subject });
    if (replay === undefined) return this.#writer?.add(judged, { story });
    this.#writer?.add(judged, {
      story,
      replay: { name: replayFileName(replay), content: formatReplay(replay, environmentSecrets()) },
      trace: await this.#facts.traceOf?.(replay),
    });
  }

  /** Judges the whole, and closes the record. */
  async end(results: readonly ScenarioResult[]): Promise<RunEnd> {
    await this.#written;
    const isFiltered = this.#options.only.length > 0 || this.#options.shard !== undefined;
    const judged = this.#judge(results, isFiltered);
    const problems = judged.problems.map(({ detail }) => detail);
    const verdict = suiteVerdict(judged.results, {
      profiles: this.#facts.profiles,
      isFiltered,
      deviationProblems: problems.length,
      roles: this.#facts.roles,
    });
    this.#writer?.close(verdict, problems);
    if (this.#file !== undefined) closeSync(this.#file);
    return { results: judged.results, verdict, problems, warnings: judged.warnings };
  }

  #judge(results: readonly ScenarioResult[], isPartial: boolean) {
    return judgeDeviations(results, this.#deviations, {
      os: this.#os,
      version: this.#facts.subject.version,
      date: this.#startedAt,
      isPartial,
    });
  }

  async #open(path: string): Promise<void> {
    const { worlds, seed, runs, only, shard } = this.#options;
    const { subject, profiles, planned, roles } = this.#facts;
    const machine = await runMachine();
    const file = openForWriting(path);
    this.#file = file;
    this.#writer = new RecordWriter(
      {
        suite: { version: suiteVersion(), specSha256: specSha256() },
        subject: { name: subject.name, version: subject.version },
        profiles,
        ...(roles === undefined ? {} : { roles }),
        worlds,
        seed,
        runs,
        only,
        ...(shard === undefined ? {} : { shard }),
        planned,
        deviations: this.#deviations,
        machine,
        startedAt: this.#startedAt,
      },
      // Written at once: what a killed run had judged until then is not lost.
      { write: (line) => writeSync(file, line), secrets: environmentSecrets() },
    );
  }
}

function openForWriting(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, "w");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot write the record of the run to "${path}": ${why}`, { cause });
  }
}

/**
 * Reads a list of known deviations.
 *
 * @throws {RangeError} when it cannot be read
 */
export async function readDeviations(
  path: string | undefined,
  options: ParseDeviationsOptions = {},
): Promise<readonly Deviation[]> {
  if (path === undefined) return [];
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot read known deviations from "${path}": ${why}`, { cause });
  }
  return parseDeviations(text, path, options);
}
