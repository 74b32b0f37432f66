/**
 * What a run writes down: each result matched with the list of known deviations, the replays of its failures, the record.
 *
 * @module
 */

import type { Profile, Subject } from "../../../spec/mod.ts";
import {
  type Deviation,
  type MatchedResult,
  RecordWriter,
  SealedFile,
  type Replay,
  type SubjectRole,
  type SuiteVerdict,
  checkDeviations,
  deviationsBeside,
  failureStories,
  isInForce,
  lawOfSet,
  matchDeviations,
  requirementLines,
  setSha256,
  runMachine,
  specSha256,
  suiteVerdict,
} from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";
import { environmentSecrets } from "../environment_secrets.ts";
import { readDeviations } from "../records/read_deviations.ts";
import { type ReplayFile, replayFileFor } from "../replay/replay_files.ts";
import { suiteVersion } from "../suite_version.ts";
import { isWholeRun, type RunOptions, storyRuns } from "./run_options.ts";

/** What a run knows of itself beside its options. */
export interface RunFacts {
  readonly subject: Pick<Subject, "name" | "version">;
  readonly profiles: readonly Profile[];
  /** What it answers for. @default {everything} */
  readonly roles?: readonly SubjectRole[] | undefined;
  /** Shows what happened in a failing case, where that is possible. */
  readonly traceOf?: ((replay: Replay) => Promise<readonly string[]>) | undefined;
  /** How many results there will be. */
  readonly planned: number;
}

/** One thing that went wrong in a scenario. */
export interface RunFailure {
  /** The result with this one as its breakage. */
  readonly result: ScenarioResult;
  /** Undefined where no single case failed. */
  readonly replay: ReplayFile | undefined;
}

/** Why a run ended before everything was judged: at the first broken MUST as it was asked to, or by Ctrl-C. */
export type RunStop = "bail" | "interrupted";

/** What a whole run came to. */
export interface RunEnd {
  readonly results: readonly ScenarioResult[];
  readonly failures: readonly RunFailure[];
  readonly verdict: SuiteVerdict;
  /** What is wrong with the list of known deviations. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** A result as the list of known deviations sees it, and the replays of what went wrong. */
export interface ReportedResult {
  readonly matched: MatchedResult;
  readonly failures: readonly RunFailure[];
}

/** Matches results with the list of known deviations, and writes the record where one is asked for. */
export class RunReport {
  readonly #options: RunOptions;
  readonly #facts: RunFacts;
  readonly #deviations: readonly Deviation[];
  readonly #inForce: readonly Deviation[];
  readonly #startedAt = new Date().toISOString();
  readonly #reported = new Map<ScenarioResult, ReportedResult>();
  #writer: RecordWriter | undefined;
  #file: SealedFile | undefined;
  /** Results are written in the order in which they came, also where a trace takes time. */
  #written: Promise<void> = Promise.resolve();

  private constructor(
    options: RunOptions,
    context: { readonly facts: RunFacts; readonly deviations: readonly Deviation[] },
  ) {
    const { facts, deviations } = context;
    this.#options = options;
    this.#facts = facts;
    this.#deviations = deviations;
    this.#inForce = deviations.filter((deviation) => isInForce(deviation, this.#circumstances));
  }

  /**
   * Begins a report.
   *
   * @throws {RangeError} when the list of known deviations cannot be read, or the record not be written
   */
  static async begin(options: RunOptions, facts: RunFacts): Promise<RunReport> {
    const list = options.deviations ?? deviationsBeside(options.subject ?? "");
    const report = new RunReport(options, { facts, deviations: await readDeviations(list) });
    if (options.report !== undefined) await report.#open(options.report);
    return report;
  }

  /** Takes one result, and says what it is as the list of known deviations sees it. */
  add(result: ScenarioResult): ReportedResult {
    const matched = matchDeviations(result, this.#inForce);
    const failures = runFailures(matched.result, this.#facts.subject);
    const reported = { matched, failures };
    this.#reported.set(result, reported);
    if (this.#writer !== undefined) {
      this.#written = this.#written.then(() => this.#write(matched.result, failures[0]?.replay));
      // end() rejects with it.
      this.#written.catch(() => {});
    }
    return reported;
  }

  /** When the run began, in ISO 8601. */
  get startedAt(): string {
    return this.#startedAt;
  }

  /** Whether a result alone makes the run not conformant. */
  isDecisive({ matched }: ReportedResult): boolean {
    const { profiles, roles } = this.#facts;
    const verdict = suiteVerdict([matched.result], {
      profiles,
      roles,
      isFiltered: true,
      law: this.#law,
    });
    return verdict === "not conformant";
  }

  async #write(result: ScenarioResult, replay: ReplayFile | undefined): Promise<void> {
    const story = failureStories(result, {
      subject: this.#options.subject,
      runs: storyRuns(this.#options.runs),
    });
    if (replay === undefined) return this.#writer?.add(result, { story });
    this.#writer?.add(result, {
      story,
      replay: { name: replay.name, content: replay.content },
      trace: await this.#facts.traceOf?.(replay.replay),
    });
  }

  /**
   * Checks the list of known deviations, decides, and closes the record. That of an interrupted run stays open, so that
   * everybody sees that it is incomplete.
   *
   * @param results every result that was added, in the order in which they are shown
   */
  async end(results: readonly ScenarioResult[], stop?: RunStop): Promise<RunEnd> {
    await this.#written;
    const reported = results.flatMap((result) => this.#reported.get(result) ?? []);
    const matched = reported.map((one) => one.matched);
    const isFiltered = !isWholeRun(this.#options) || stop !== undefined;
    const { problems, warnings } = checkDeviations(matched, this.#inForce, {
      ...this.#circumstances,
      isPartial: isFiltered,
    });
    const judged = matched.map(({ result }) => result);
    const details = problems.map(({ detail }) => detail);
    const { profiles, roles } = this.#facts;
    const deviationProblems = details.length;
    const verdict =
      stop === "interrupted"
        ? "incomplete"
        : suiteVerdict(judged, { profiles, isFiltered, deviationProblems, roles, law: this.#law });
    if (stop !== "interrupted")
      this.#writer?.close(verdict, details, stop === undefined ? {} : { stopped: stop });
    const isChanged = this.#file?.close() === true;
    const failures = reported.flatMap((one) => one.failures);
    const changed = "its file was changed during the run by somebody else, and is written anew";
    const all = isChanged ? [...warnings, changed] : warnings;
    return { results: judged, failures, verdict, problems: details, warnings: all };
  }

  get #law() {
    return lawOfSet(this.#options.set);
  }

  get #circumstances() {
    return {
      os: process.platform,
      version: this.#facts.subject.version,
      date: this.#startedAt,
    };
  }

  async #open(path: string): Promise<void> {
    const { worlds, seed, runs, only, shard, set, subject: command } = this.#options;
    const { subject, profiles, planned, roles } = this.#facts;
    const machine = await runMachine();
    const file = openForWriting(path);
    this.#file = file;
    this.#writer = new RecordWriter(
      {
        suite: { version: suiteVersion(), specSha256: specSha256() },
        subject: {
          name: subject.name,
          version: subject.version,
          ...(command === undefined ? {} : { command }),
        },
        ...(set === undefined ? {} : { set: { name: set.name, sha256: setSha256(set) } }),
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
      {
        write: (line) => file.write(line),
        secrets: environmentSecrets(),
        requirements: requirementLines(set),
      },
    );
  }
}

/** Everything that went wrong in a scenario, each with its replay. */
function runFailures(result: ScenarioResult, subject: RunFacts["subject"]): RunFailure[] {
  const { status, breakage, further = [] } = result;
  if (status === "pass" || status === "skip") return [];
  return [breakage, ...further].map((promise) => {
    const one = { ...result, breakage: promise };
    return { result: one, replay: replayFileFor(one, subject) };
  });
}

function openForWriting(path: string): SealedFile {
  try {
    return new SealedFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot write the record of the run to "${path}": ${why}`, { cause });
  }
}
