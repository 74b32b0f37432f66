import assert from "node:assert/strict";
import { test } from "node:test";
import { REQUIREMENTS } from "../../spec/mod.ts";
import type { ScenarioResult } from "../scenario/scenario_result.ts";
import { describeGiven } from "../scenario/describe_given.ts";
import { exampleFailure } from "../deviations/example_result.ts";
import { failureStory } from "./failure_story.ts";

const PASSED: ScenarioResult = {
  scenario: "layout/set",
  world: "memory",
  status: "pass",
  covers: ["LAYOUT-SET"],
  judged: { "LAYOUT-SET": 40 },
  skipped: {},
  vacuity: [],
  breakage: undefined,
  seed: 9,
  cases: 40,
  durationMs: 10,
};
const BROKEN: ScenarioResult = {
  ...PASSED,
  scenario: "layout/path",
  world: "disk",
  status: "fail",
  covers: ["LAYOUT-PATH"],
  judged: { "LAYOUT-PATH": 3 },
  breakage: {
    requirement: "LAYOUT-PATH",
    detail: "it is elsewhere\nat line 2",
    counterexample: '{"name":"a"}',
    path: "2:0:1",
  },
};

test("failureStory() names the program that was judged", () => {
  const story = failureStory(exampleFailure("DL-RESUME", "x"), { subject: "python a.py" }) ?? "";
  assert.match(story, /again: mlx-conform --subject "python a\.py" --world memory/);
});

test("failureStory() says what broke, what was seen and how to see it again", () => {
  assert.deepEqual(failureStory(BROKEN)?.split("\n"), [
    "layout/path in disk: broke LAYOUT-PATH",
    `  MUST: ${REQUIREMENTS["LAYOUT-PATH"].text}`,
    "  seen:  it is elsewhere | at line 2",
    '  given: {"name":"a"}',
    "  again: mlx-conform --world disk --seed 9 --only layout/path --path 2:0:1",
  ]);
});

test("failureStory() tells the smallest case in words and names the replay file", () => {
  const told = {
    ...BROKEN,
    breakage: { ...BROKEN.breakage, words: ["model: 7 files (small)", "kill at: 3"] },
  } as ScenarioResult;
  const replayFile = "replays/LAYOUT-PATH-01234567.json";
  assert.deepEqual(failureStory(told, { replayFile })?.split("\n").slice(3), [
    "  given: model: 7 files (small)",
    "         kill at: 3",
    "  again: mlx-conform replay replays/LAYOUT-PATH-01234567.json --trace",
  ]);
});

test("failureStory() says what was expected beside what was seen", () => {
  const facts = { expected: "an error of kind disk-full", detail: "internal: no room" };
  const told = { ...BROKEN, breakage: { ...BROKEN.breakage, ...facts } } as ScenarioResult;
  assert.deepEqual(failureStory(told)?.split("\n").slice(2, 4), [
    "  expected: an error of kind disk-full",
    "  seen:  internal: no room",
  ]);
});

test("failureStory() has nothing to say about a pass or a skip", () => {
  assert.equal(failureStory(PASSED), undefined);
  assert.equal(failureStory({ ...PASSED, status: "skip" }), undefined);
});

test("failureStory() stays within 15 lines, whatever was seen", () => {
  const vacuity = Array.from({ length: 40 }, (_, at) => `reason ${at}`);
  const breakage = {
    requirement: undefined,
    detail: "line\n".repeat(100),
    counterexample: "x".repeat(5000),
    path: "0",
    expected: "x".repeat(5000),
    words: describeGiven({
      steps: Array.from({ length: 40 }, () => ({ type: "download", note: "x".repeat(500) })),
    }),
  };
  const vacuous = failureStory({ ...PASSED, status: "vacuous", vacuity });
  const error = failureStory({ ...PASSED, status: "error", breakage });
  for (const story of [vacuous, error]) {
    assert.ok(story !== undefined && story.split("\n").length <= 15);
    assert.ok(story.split("\n").every((line) => line.length <= 700));
    assert.match(story, /--seed 9 --only layout\/set/);
  }
});
