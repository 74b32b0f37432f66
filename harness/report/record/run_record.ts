import type { Profile, Requirement } from "../../../spec/mod.ts";
import type { Deviation } from "../../deviations/deviation.ts";
import type { SubjectRole } from "../../subjects/message.ts";
import type { SuiteVerdict } from "../../suite/suite_verdict.ts";
import type { ScenarioResult, ScenarioStatus } from "../../scenario/scenario_result.ts";

/** The machine of a run, as far as it can affect a result. */
export interface RunMachine {
  /** As Node names it: `linux`, `darwin`, `win32`. */
  readonly os: string;
  readonly osVersion: string;
  readonly arch: string;
  /** Version of Node. */
  readonly node: string;
  /** Kind of the file system that worlds on a disk use, such as `ext4` or `apfs`. */
  readonly filesystem: string;
  /** Whether it distinguishes `a` from `A`. */
  readonly isCaseSensitive: boolean;
}

/** The first line of a record: which run this is. */
export interface RecordHeader {
  readonly type: "header";
  readonly format: 1;
  /** The version of the suite, and the digest of its requirements. */
  readonly suite: { readonly version: string; readonly specSha256: string };
  readonly subject: {
    readonly name: string;
    readonly version: string;
    /** How the command line named it, `--once` before it; absent where the subject is not a program. */
    readonly command?: string;
  };
  /** The frozen set that the verdict is by; absent where it is by every requirement of the suite. */
  readonly set?: { readonly name: string; readonly sha256: string };
  /** What the subject claims. */
  readonly profiles: readonly Profile[];
  /** The subject's roles; absent where it has all of them. */
  readonly roles?: readonly SubjectRole[];
  readonly worlds: readonly string[];
  readonly seed: number;
  /** Cases of each scenario, by world. */
  readonly runs: Readonly<Record<string, number>>;
  /** The filter; empty when there was none. */
  readonly only: readonly string[];
  /** Which part of the whole run this is. */
  readonly shard?: { readonly index: number; readonly count: number };
  /** How many results there will be. */
  readonly planned: number;
  readonly deviations: readonly Deviation[];
  readonly machine: RunMachine;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** A line that defines a requirement, so that a record can be read without its suite. */
export interface RecordRequirement extends Requirement {
  readonly type: "requirement";
  readonly id: string;
  /** Present where it is not in the frozen set of the run: it came later, and decides nothing. */
  readonly scored?: false;
}

/** A file that repeats a failure. */
export interface RecordReplay {
  readonly name: string;
  readonly content: string;
}

/** A line with the result of one scenario in one world. */
export interface RecordResult extends ScenarioResult {
  readonly type: "result";
  /** What went wrong, in a few lines. */
  readonly story?: string;
  /** Identifies the failure independently of the case; see `breakageSignature`. */
  readonly signature?: string;
  readonly replay?: RecordReplay;
  /** What happened in the failing case, a line for each event. */
  readonly trace?: readonly string[];
}

/** The last line. If it is absent, the run did not finish. */
export interface RecordClosing {
  readonly type: "closing";
  readonly complete: true;
  /** Present where the run was to end at the first broken MUST, and did: it has fewer results than were planned. */
  readonly stopped?: "bail";
  readonly results: number;
  readonly cases: number;
  /** Results of each status. */
  readonly counts: Readonly<Partial<Record<ScenarioStatus, number>>>;
  readonly verdict: SuiteVerdict;
  /** What is wrong with the list of known deviations. */
  readonly deviationProblems: readonly string[];
  readonly durationMs: number;
  /** Of every byte before this line. */
  readonly sha256: string;
}

/** One line of a record. */
export type RecordLine = RecordHeader | RecordRequirement | RecordResult | RecordClosing;

/** A record of a run, as it was read. */
export interface RunRecord {
  readonly header: RecordHeader;
  readonly requirements: readonly RecordRequirement[];
  readonly results: readonly RecordResult[];
  readonly closing: RecordClosing | undefined;
  /** Why the record is incomplete: unreadable lines, no closing line, or a change after it was written. */
  readonly problems: readonly string[];
}
