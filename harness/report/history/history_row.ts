import { type Grade, GRADES, type RequirementSet } from "../../../spec/sets/mod.ts";
import { recordVerdict } from "../record_verdict.ts";
import type { RunRecord } from "../record/run_record.ts";
import { scoreRecord, type Tally } from "../sets/score_record.ts";

/** What one version of a client came to when it was judged: a line of a history. */
export interface HistoryRow {
  readonly client: string;
  readonly version: string;
  /** The frozen set by which it was judged. */
  readonly set: string;
  /** The version of the suite. */
  readonly suite: string;
  /** The day of the run. */
  readonly judged: string;
  readonly machine: string;
  readonly seed: number;
  readonly cases: number;
  readonly roles: readonly string[];
  readonly profiles: readonly string[];
  readonly verdict: string;
  /** `none` where it has none. */
  readonly grade: Grade | "none";
  /** How many requirements of each grade are held, of how many. */
  readonly grades: Readonly<Record<Grade, readonly [held: number, of: number]>>;
  /** The MUSTs of the profiles that it claims. */
  readonly held: readonly string[];
  readonly broken: readonly string[];
  readonly notShown: readonly string[];
  readonly skipped: readonly string[];
}

/**
 * Makes the row of a record.
 *
 * @throws {RangeError} when the record is not one of a whole run
 */
export function historyRow(record: RunRecord, set: RequirementSet): HistoryRow {
  const score = scoreRecord(record, set);
  const { header, results } = record;
  const { subject, suite, machine, startedAt, seed, roles = [], profiles } = header;
  if (score.ungraded !== undefined)
    throw new RangeError(
      `Cannot add ${subject.name} ${subject.version} to a history: ${score.ungraded}`,
    );
  const { bronze, silver, gold } = score.grades;
  return {
    client: subject.name,
    version: subject.version,
    set: set.name,
    suite: suite.version,
    judged: startedAt.slice(0, 10),
    machine: `${machine.os} ${machine.arch}, Node ${machine.node}`,
    seed,
    cases: results.reduce((sum, { cases }) => sum + cases, 0),
    roles,
    profiles,
    verdict: recordVerdict(record),
    grade: score.grade ?? "none",
    grades: { bronze: heldOf(bronze), silver: heldOf(silver), gold: heldOf(gold) },
    ...score.claimed,
  };
}

function heldOf({ held, broken, notShown, skipped }: Tally): [held: number, of: number] {
  return [held.length, held.length + broken.length + notShown.length + skipped.length];
}

/**
 * Reads a history: a row in JSON a line.
 *
 * @param name the file's name, for messages
 * @throws {RangeError} when a line is no row
 */
export function parseHistory(text: string, name: string): HistoryRow[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, at) => {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw new RangeError(`Cannot read ${name} as a history: line ${at + 1} is not JSON`, {
        cause,
      });
    }
    if (!isRow(value))
      throw new RangeError(`Cannot read ${name} as a history: line ${at + 1} is no row of one`);
    return value;
  });
}

const TEXTS = [
  "client",
  "version",
  "set",
  "suite",
  "judged",
  "machine",
  "verdict",
  "grade",
] as const;
const LISTS = ["held", "broken", "notShown", "skipped", "roles", "profiles"] as const;

function isRow(value: unknown): value is HistoryRow {
  if (typeof value !== "object" || value === null) return false;
  const row = value as Readonly<Record<string, unknown>>;
  const grades = (row["grades"] ?? {}) as Readonly<Record<string, unknown>>;
  return (
    TEXTS.every((key) => typeof row[key] === "string") &&
    LISTS.every((key) => isList(row[key], "string")) &&
    GRADES.every((grade) => isList(grades[grade], "number"))
  );
}

function isList(value: unknown, of: "string" | "number"): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === of);
}
