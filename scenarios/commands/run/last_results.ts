/**
 * The last result of each scenario of a subject, for `--last-failed` and for the time that a run will take.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { SuiteTask } from "../../../harness/internal.ts";
import type { ScenarioResult } from "../../../harness/mod.ts";
import { LAST_RESULTS_DIRECTORY } from "../command_defaults.ts";

/** How a scenario ended when it last ran. */
export interface LastResult {
  readonly status: ScenarioResult["status"];
  readonly durationMs: number;
  /** Cases that were asked for in its world. */
  readonly runs: number;
  /** ISO 8601: when its run began. */
  readonly at: string;
}

/** The last results of a subject, by world and scenario. */
export type LastResults = Readonly<Record<string, LastResult>>;

/** Statuses of a scenario that need not be run again. */
const DONE: readonly ScenarioResult["status"][] = ["pass", "skip", "expected-fail"];

/** What a scenario in a world is called in the file. */
export function lastResultKey({ scenario, world }: SuiteTask): string {
  return `${world} ${scenario}`;
}

/**
 * The file of a subject.
 *
 * @param subject its command line; none: the reference
 */
export function lastResultsPath(subject = "reference"): string {
  const word = subject.replaceAll(/[^\w.-]+/g, "_").slice(-40);
  const digest = createHash("sha256").update(subject).digest("hex").slice(0, 8);
  return join(LAST_RESULTS_DIRECTORY, `${word}-${digest}.json`);
}

/** Reads the last results of a subject; nothing where there are none, or where the file cannot be understood. */
export async function readLastResults(subject: string | undefined): Promise<LastResults> {
  try {
    const value: unknown = JSON.parse(await readFile(lastResultsPath(subject), "utf8"));
    return Object.fromEntries(Object.entries(value ?? {}).filter(([, one]) => isLastResult(one)));
  } catch {
    // They only save time: a run without them is a whole one.
    return {};
  }
}

function isLastResult(value: unknown): value is LastResult {
  if (typeof value !== "object" || value === null) return false;
  const { status, durationMs, runs, at }: Partial<Record<keyof LastResult, unknown>> = value;
  return (
    typeof status === "string" &&
    typeof durationMs === "number" &&
    typeof runs === "number" &&
    typeof at === "string"
  );
}

/**
 * Adds results to those of earlier runs: a scenario that did not run keeps its last one.
 *
 * @throws {RangeError} when they cannot be written
 */
export async function keepLastResults(
  subject: string | undefined,
  results: readonly ScenarioResult[],
  run: { readonly at: string; readonly runs: Readonly<Record<string, number>> },
): Promise<void> {
  const path = lastResultsPath(subject);
  const last: Record<string, LastResult> = { ...(await readLastResults(subject)) };
  for (const result of results) {
    const { status, durationMs, world } = result;
    last[lastResultKey(result)] = { status, durationMs, runs: run.runs[world] ?? 0, at: run.at };
  }
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, JSON.stringify(last, undefined, 1));
    await rename(draft, path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RangeError(`Cannot keep the results of the run in "${path}": ${why}`, { cause });
  }
}

/** The scenarios that failed or gave no verdict when they last ran, in any of these worlds. */
export function lastFailed(last: LastResults, worlds: readonly string[]): string[] {
  const failed = Object.entries(last).flatMap(([key, { status }]) => {
    const [world = "", scenario = ""] = key.split(" ");
    return worlds.includes(world) && !DONE.includes(status) ? [scenario] : [];
  });
  return [...new Set(failed)].toSorted();
}
