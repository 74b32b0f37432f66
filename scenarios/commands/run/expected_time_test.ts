import assert from "node:assert/strict";
import { test } from "node:test";
import { expectedTime } from "./expected_time.ts";
import { timeLines } from "./run_lines.ts";

const TASKS = Array.from({ length: 12 }, (_, at) => ({
  scenario: `a/s${at}`,
  world: "process" as const,
}));
const RUN = { tasks: TASKS, runs: { memory: 50, disk: 10, process: 2 }, jobs: 2 };

test("expectedTime() goes by the last results of the subject, and says so", () => {
  const last = Object.fromEntries(
    TASKS.slice(2).map(({ scenario }) => [
      `process ${scenario}`,
      { status: "pass" as const, durationMs: 30_000, runs: 1, at: "2026-11-28T10:00:00.000Z" },
    ]),
  );
  const time = expectedTime({ ...RUN, last, pace: { helloMs: 9 } });
  // Twice the cases of the last run, in two processes; what is not known is like the rest.
  assert.equal(time.expectedMs, 360_000);
  assert.deepEqual(timeLines(time, { tasks: TASKS, subject: "./a" }), [
    "12 scenarios will take about 6 min, by its last results here, of 2026-11-28",
  ]);
});

test("expectedTime() goes by the first start where no run is known", () => {
  const time = expectedTime({ ...RUN, last: {}, pace: { helloMs: 100, downloadMs: 500 } });
  assert.ok((time.expectedMs ?? 0) > 10_000 && (time.expectedMs ?? 0) < 100_000);
  assert.match(time.basis, /^as its hello and a plain download took 0\.5 s; /);
  const silent = expectedTime({ ...RUN, last: {}, pace: { helloMs: 1000 } });
  assert.match(silent.basis, /^as its hello took 1\.0 s; /);
  assert.equal(expectedTime({ ...RUN, last: {} }).expectedMs, undefined);
});

test("timeLines() says nothing of a short run, nor of the reference", () => {
  const time = { expectedMs: 1000, basis: "" };
  assert.deepEqual(timeLines(time, { tasks: TASKS.slice(0, 3), subject: "./a" }), []);
  assert.deepEqual(timeLines(time, { tasks: TASKS, subject: undefined }), []);
});
