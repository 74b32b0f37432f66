/**
 * Which scenarios noticed mutants of each file of `src` before. It decides nothing but the order in which scenarios are tried, so
 * that those which notice are reached within the time that a mutant has.
 *
 * @module
 */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JudgedMutant } from "./mutant.ts";

/** Where it is kept, in a project. */
const PATH = "scenarios/commands/mutate/noticed_by.json";
/** More would not be reached before the others. */
const SCENARIOS_MAX = 4;

/** Scenarios by the path of a file below `src/`, those that noticed most first. */
export type NoticedBy = Readonly<Record<string, readonly string[]>>;

/** Reads what is kept in a project. */
export async function readNoticedBy(project: string): Promise<NoticedBy> {
  return JSON.parse(await readFile(join(project, PATH), "utf8")) as NoticedBy;
}

/** Keeps, beside what was known before, what noticed these mutants. */
export async function keepNoticedBy(
  project: string,
  judged: readonly JudgedMutant[],
): Promise<void> {
  const kept = withNoticed(await readNoticedBy(project), judged);
  await writeFile(join(project, PATH), `${JSON.stringify(kept, undefined, 2)}\n`);
}

/** What was known, with what noticed these mutants before it. */
export function withNoticed(known: NoticedBy, judged: readonly JudgedMutant[]): NoticedBy {
  const counts = new Map<string, Map<string, number>>();
  for (const { file, end, by } of judged) {
    if (end !== "killed" || by === undefined) continue;
    const own = counts.get(file) ?? new Map<string, number>();
    own.set(by, (own.get(by) ?? 0) + 1);
    counts.set(file, own);
  }
  const files = [...new Set([...Object.keys(known), ...counts.keys()])].toSorted();
  return Object.fromEntries(
    files.map((file) => {
      const now = [...(counts.get(file) ?? [])].toSorted(([, one], [, other]) => other - one);
      const all = new Set([...now.map(([scenario]) => scenario), ...(known[file] ?? [])]);
      return [file, [...all].slice(0, SCENARIOS_MAX)];
    }),
  );
}
