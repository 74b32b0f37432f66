import { ERRNO_KINDS } from "./errno_kind.ts";
import type { ErrnoSeriesResult } from "./sweep_errno.ts";

/** What a sweep showed, a row for each kind of call. */
export function errnoTable(results: readonly ErrnoSeriesResult[]): string {
  const header = [
    "operation",
    "n reached",
    "cases",
    "lost",
    "half-published",
    "untyped",
    "not finished",
    "midway",
  ];
  const rows = ERRNO_KINDS.flatMap(({ name }) => {
    const about = results.filter(({ kind }) => kind.name === name);
    return about.length === 0 ? [] : [[name, ...numbersOf(about)]];
  });
  rows.push(["all", ...numbersOf(results)]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ");
  return [header, ...rows].map(line).join("\n");
}

function numbersOf(results: readonly ErrnoSeriesResult[]): string[] {
  const sum = (of: (result: ErrnoSeriesResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const found = (kind: string) =>
    sum(({ violations }) => violations.filter(({ finding }) => finding === kind).length);
  const numbers = [
    Math.max(0, ...results.map(({ nthReached }) => nthReached)),
    sum(({ nthReached }) => nthReached),
    found("lost"),
    found("half-published"),
    found("untyped"),
    found("not finished"),
    sum(({ caughtMidway }) => caughtMidway),
  ];
  return numbers.map(String);
}
