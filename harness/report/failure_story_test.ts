import assert from "node:assert/strict";
import { test } from "node:test";
import { type RequirementId, REQUIREMENTS } from "../../spec/mod.ts";
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
  assert.match(story, /again: mlx-conform run --subject "python a\.py" --world memory/);
});

test("failureStory() says what broke, what was seen and how to see it again", () => {
  assert.deepEqual(failureStory(BROKEN)?.split("\n"), [
    "layout/path in disk: broke LAYOUT-PATH",
    `  MUST: ${REQUIREMENTS["LAYOUT-PATH"].text}`,
    "  seen:  it is elsewhere | at line 2",
    '  given: {"name":"a"}',
    "  again: mlx-conform run --world disk --seed 9 --only layout/path --path 2:0:1",
    "  why:   mlx-conform explain LAYOUT-PATH",
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
    "  why:   mlx-conform explain LAYOUT-PATH",
  ]);
});

test("failureStory() repeats by a whole command: who, how many cases, and the miniature", () => {
  const subject = '--once sh "my adapter.sh"';
  const vacuous = { ...PASSED, status: "vacuous", vacuity: ["no fault fired"] } as const;
  assert.equal(
    failureStory(vacuous, { subject, runs: 5 })?.split("\n").at(-1),
    `  again: mlx-conform run --once --subject 'sh "my adapter.sh"' --world memory --seed 9 --only layout/set --runs 5`,
  );
  const replayOptions = ["--miniature", "keeps_strays"];
  assert.match(
    failureStory(BROKEN, { replayFile: "a.json", replayOptions }) ?? "",
    /again: mlx-conform replay a\.json --miniature keeps_strays --trace\n/,
  );
});

test("failureStory() says that a SHOULD does not hold, and never that it is broken", () => {
  const should = (Object.keys(REQUIREMENTS) as RequirementId[]).find(
    (id) => REQUIREMENTS[id].level === "SHOULD",
  );
  assert.ok(should !== undefined);
  const story = failureStory(exampleFailure(should, "x")) ?? "";
  assert.match(
    story,
    new RegExp(`: did not hold ${should}\n  SHOULD \\(the verdict does not change\\): `),
  );
  assert.doesNotMatch(story, /broke/);
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

test("failureStory() stays within 16 lines, whatever was seen", () => {
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
  const broken = { ...breakage, requirement: "LAYOUT-SET" } as const;
  const fail = failureStory({ ...PASSED, status: "fail", breakage: broken });
  for (const story of [vacuous, error, fail]) {
    assert.ok(story !== undefined && story.split("\n").length <= 16);
    assert.ok(story.split("\n").every((line) => line.length <= 700));
    assert.match(story, /--seed 9 --only layout\/set/);
  }
});
