import assert from "node:assert/strict";
import { test } from "node:test";
import { RunProgress, type RunProgressOptions } from "./run_progress.ts";

const TASKS = ["download/resume", "download/a_scenario_with_a_long_name", "hub/any"].map(
  (scenario) => ({ scenario, world: "process" as const }),
);

/** A progress whose clock stands still until it is moved. */
function progressOf(options: Partial<RunProgressOptions>) {
  const shown = { text: "", nowMs: 0 };
  const progress = new RunProgress({
    tasks: TASKS,
    costOf: () => 1,
    write: (text) => (shown.text += text),
    columns: () => undefined,
    nowMs: () => shown.nowMs,
    ...options,
  });
  return { shown, progress };
}

test("RunProgress rewrites one line of a terminal, never wider than it", () => {
  for (const width of [12, 20, 40, 80]) {
    const { shown, progress } = progressOf({ columns: () => width, expectedMs: 120_000 });
    for (const task of TASKS) {
      progress.start(task);
      shown.nowMs += 61_000;
      progress.finish(task);
    }
    progress[Symbol.dispose]();
    assert.ok(!shown.text.includes("\n"));
    const lines = shown.text.split("\r\u001B[K");
    assert.ok(lines.every((line) => line.length < width));
    assert.equal(lines.at(-1), "", "the line is taken away at the end");
    if (width === 80) {
      assert.equal(lines[1], "[0/3] download/resume  0:00, 2:00 left");
      assert.equal(lines.at(-2), "[3/3] hub/any  3:03, 0:00 left");
    }
  }
});

test("RunProgress writes a line now and then where there is no terminal", () => {
  const { shown, progress } = progressOf({});
  const [first, second] = TASKS;
  assert.ok(first !== undefined && second !== undefined);
  progress.start(first);
  shown.nowMs = 14_000;
  progress.finish(first);
  assert.equal(shown.text, "");
  progress.start(second);
  shown.nowMs = 16_000;
  progress.finish(second);
  progress[Symbol.dispose]();
  assert.equal(shown.text, "[2/3] download/a_scenario_with_a_long_name  0:16, 0:08 left\n");
});

test("RunProgress gives the terminal back while something else is printed", () => {
  const { shown, progress } = progressOf({ columns: () => 80 });
  const [first] = TASKS;
  assert.ok(first !== undefined);
  progress.start(first);
  progress.clear();
  assert.ok(shown.text.endsWith("\r\u001B[K"));
  const before = shown.text;
  progress.clear();
  assert.equal(shown.text, before, "nothing is cleared twice");
  progress[Symbol.dispose]();
});
