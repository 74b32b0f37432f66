import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { Progress } from "../../../spec/mod.ts";
import { ProgressLine } from "./progress_line.ts";

const MB = 1_000_000;

interface Step {
  readonly atMs: number;
  readonly megabytes: number;
  readonly phase?: Progress["phase"];
}

/** Shows a transfer of 1 GB in four files and returns what was written. */
function shown(steps: readonly Step[], isTerminal: boolean, columns: number | null = 80): string[] {
  const written: string[] = [];
  let nowMs = 0;
  const line = new ProgressLine({
    output: { write: (text) => written.push(text), columns: columns ?? undefined },
    clock: { now: () => nowMs },
    isTerminal,
  });
  for (const { atMs, megabytes, phase = "transfer" } of steps) {
    nowMs = atMs;
    line.update({
      phase,
      bytesDone: megabytes * MB,
      bytesTotal: 1000 * MB,
      filesDone: Math.floor(megabytes / 250),
      filesTotal: 4,
      fraction: megabytes / 1000,
    });
  }
  line.end();
  return written;
}

test("ProgressLine rewrites one line on a terminal, with bytes, rate, time left and files", () => {
  const steps = [
    { atMs: 0, megabytes: 0 },
    { atMs: 1000, megabytes: 100 },
    { atMs: 2000, megabytes: 300 },
  ];
  assert.deepEqual(shown(steps, true), [
    "\r  0 %  0 B of 1.00 GB  0/4 files\u001b[K",
    "\r 10 %  100 MB of 1.00 GB  100 MB/s  9 s left  0/4 files\u001b[K",
    "\r 30 %  300 MB of 1.00 GB  150 MB/s  5 s left  1/4 files\u001b[K",
    "\r\u001b[K",
  ]);
});

test("ProgressLine rewrites at most ten times a second", () => {
  const steps = Array.from({ length: 1000 }, (_, at) => ({ atMs: at, megabytes: at }));
  assert.equal(shown(steps, true).length, 10 + 1);
});

test("ProgressLine does not count what was here before as received", () => {
  const steps = [
    { atMs: 0, megabytes: 600 },
    { atMs: 1000, megabytes: 610 },
  ];
  assert.match(shown(steps, true)[1] ?? "", / 10\.0 MB\/s {2}39 s left /);
});

test("ProgressLine follows a rate that changes", () => {
  const fast = Array.from({ length: 10 }, (_, at) => ({ atMs: at * 1000, megabytes: at * 50 }));
  const slow = Array.from({ length: 20 }, (_, at) => ({
    atMs: 10_000 + at * 1000,
    megabytes: 500 + at,
  }));
  assert.match(shown([...fast, ...slow], true).at(-2) ?? "", / 1\.00 MB\/s /);
});

test("ProgressLine names no time left while nothing arrives", () => {
  const steps = [
    { atMs: 0, megabytes: 10 },
    { atMs: 2000, megabytes: 10 },
  ];
  assert.equal(shown(steps, true)[1], "\r  1 %  10.0 MB of 1.00 GB  0 B/s  0/4 files\u001b[K");
});

test("ProgressLine writes no plain line before a second, and then one for a tenth", () => {
  const steps = Array.from({ length: 40 }, (_, at) => ({ atMs: at * 100, megabytes: at * 25 }));
  assert.deepEqual(
    shown(steps, false).map((text) => text.slice(0, 5)),
    ["  0 %", " 25 %", " 50 %", " 75 %"],
  );
});

test("ProgressLine writes a plain line every five seconds when less than a tenth arrives", () => {
  const steps = Array.from({ length: 21 }, (_, at) => ({ atMs: at * 1000, megabytes: at }));
  const written = shown(steps, false);
  assert.equal(written.length, 5);
  assert.ok(written.every((text) => text.endsWith("files\n") && !text.includes("\r")));
});

test("ProgressLine tells when files are put into place, and leaves the end to the result", () => {
  const steps = [
    { atMs: 0, megabytes: 999 },
    { atMs: 1, megabytes: 1000, phase: "publish" as const },
    { atMs: 500, megabytes: 1000, phase: "done" as const },
  ];
  const written = shown(steps, true);
  assert.equal(written.length, 3);
  assert.match(written[1] ?? "", /putting files into place/);
});

test("ProgressLine.end() writes nothing when nothing was shown", () => {
  assert.deepEqual(shown([], true), []);
  assert.deepEqual(shown([{ atMs: 0, megabytes: 1, phase: "done" }], false), []);
});

for (const [columns, widest] of [
  [80, 79],
  [56, 55],
  [40, 39],
  [20, 19],
  [3, 2],
  [null, 39],
] as const) {
  test(`ProgressLine never fills a terminal of ${columns ?? "unknown"} columns`, () => {
    const steps: Step[] = Array.from({ length: 20 }, (_, at) => ({
      atMs: at * 1000,
      megabytes: 1 + at * 37,
    }));
    steps.push({ atMs: 30_000, megabytes: 1000, phase: "publish" });
    const lines = shown(steps, true, columns).map(stripVTControlCharacters);
    assert.ok(lines.length > 20);
    for (const line of lines) assert.ok(line.trimStart().length <= widest, line);
    assert.ok(lines.every((line) => !line.includes("\n")));
    // What is left out first is what matters least.
    if (widest > 30) assert.match(lines[5] ?? "", /^\r? *18 % {2}\d/);
  });
}
